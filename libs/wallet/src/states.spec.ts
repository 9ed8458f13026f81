import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandDefinitions, type WalletCommand, type WalletEvent } from './declared.js';
import type { AnyField, Fields } from './declaring/field.js';
import { FundsDeposited } from './deposit/deposit.js';
import { ALICE, deposited, eur, History, NOW, of, opened } from './given-when-then.js';
import { FundsHeld } from './holds/place-hold.js';
import { WalletArchived, WalletClosed } from './life/close.js';
import { WalletFrozen } from './life/freeze.js';
import { LimitSet } from './limits/set-limit.js';
import { DepositAnnounced, WithdrawalAnnounced } from './pending/announce.js';

const BOB = 'bob';
/** Of the hold, the pending deposit and the pending withdrawal alike, so that one id suits every command. */
const ID = 'x_1';
const ten = { amount: eur('10.00'), details: {} };
const inUse: readonly WalletEvent[] = [
  opened,
  deposited('100.00'),
  FundsDeposited({ movementId: ID, ...ten }),
  FundsHeld({ holdId: ID, ...ten }),
  DepositAnnounced({ movementId: ID, ...ten }),
  WithdrawalAnnounced({ movementId: ID, ...ten }),
  LimitSet({ name: 'daily', per: 'day', amount: eur('1000.00') }),
];
const emptied = [opened, WalletClosed({})];

const STATES: Readonly<Record<string, readonly WalletEvent[]>> = {
  'never opened': [],
  open: inUse,
  'frozen: debits': [...inUse, WalletFrozen({ direction: 'debits' })],
  'frozen: credits': [...inUse, WalletFrozen({ direction: 'credits' })],
  closed: emptied,
  archived: [...emptied, WalletArchived({})],
};

/** A plain value of a field; what may be left out is left out. */
function valueOf(name: string, field: AnyField): unknown {
  switch (field.kind) {
    case 'walletId':
    case 'party':
      return name === 'to' || name === 'into' ? BOB : ALICE;
    case 'id':
      return ID;
    case 'money':
      return eur('5.00');
    case 'instant':
      return '2026-06-01T00:00:00.000Z';
    case 'region':
      return 'eu-east';
    case 'literal':
      return field.values!.at(-1);
    case 'metadata':
    case 'details':
      return {};
    case 'metadataPatch':
      return { tier: 'gold' };
    case 'name':
      return 'daily';
    case 'text':
      return 'why';
    case 'list':
      return [valuesOf(field.of as Fields)];
    default:
      throw new Error(`states.spec.ts has no value for a field of the kind ${field.kind}`);
  }
}
/** Optional fields that a command needs to be accepted. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { SetLimit: ['amount'] };
const valuesOf = (fields: Fields, needed: readonly string[] = []) =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      field.optional && !needed.includes(name)
        ? []
        : [[name, valueOf(name, field.optional ? (field.of as AnyField) : field)]],
    ),
  );

function verdict(command: WalletCommand, history: readonly WalletEvent[]): string {
  const all = new History().add([...of(BOB, opened, deposited('100.00')), ...of(ALICE, ...history)]);
  const decision = all.decide(command, NOW);
  return decision.kind === 'accepted' ? 'yes' : `\`${decision.rejection.code}\``;
}

/** Commands that move money into the wallet from another one, besides those that are sent to it. */
const intoIt: readonly (readonly [string, WalletCommand])[] = [
  [
    'Transfer to it',
    { type: 'Transfer', transferId: 't1', legs: [{ from: BOB, to: ALICE, amount: eur('5.00') }], details: {} },
  ],
];

const rows = [
  ...commandDefinitions().flatMap((definition) => {
    const { type, http, fields, derives } = definition;
    if (!http) return [];
    const ids = Object.fromEntries(Object.keys(derives).map((name) => [name, 'new']));
    return [[http.summary, { type, ...ids, ...valuesOf(fields, NEEDED[type]) } as unknown as WalletCommand] as const];
  }),
  ...intoIt,
].map(([said, command]) => [said, ...Object.values(STATES).map((history) => verdict(command, history))]);

/** The rows of a Markdown table without what a formatter may change: the widths. */
const cellsOf = (table: string) =>
  table
    .trim()
    .split('\n')
    .filter((line) => !/^[|\s:-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('every command in every state', () => {
  it('is in docs/commands.md as the decider says: paste the table below there', () => {
    const page = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');
    const [, shown = ''] = /<!-- states: .*?-->\n([\s\S]*?)<!-- end of states -->/.exec(page) ?? [];
    const head = ['command', ...Object.keys(STATES)];
    const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
    expect(cellsOf(shown), `\n${lines.join('\n')}\n`).toEqual([head, ...rows]);
  });
});
