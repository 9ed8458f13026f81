import { currency, Money } from '@tidemark/money';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalEvent, decodeEvent, encodeEvent, EventFromTheFuture } from './event.codec.js';
import { eventDefinitions, findEvent, type WalletEvent, type WalletEventType } from './declared.js';
import type { Upcaster } from './declaring/event.js';
import type { MovementDetails } from './declaring/statement-line.js';
import { FEE_EVENTS } from './fees/fee-events.fixture.js';
import { eur } from './given-when-then.js';

const details: MovementDetails = {
  reference: 'inv-7',
  description: 'rent "May"\n1993, čtvrť 2',
  effectiveAt: '1993-01-05T00:00:00Z',
};
const plain: MovementDetails = { reference: 'inv-7', description: 'rent', effectiveAt: '1993-01-05T00:00:00Z' };
const expiresAt = '2026-01-02T03:05:00.000Z';
const nothing: MovementDetails = {};
const short: MovementDetails = { reference: 'inv-7' };
const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
const eth = (amount: string) => Money.of(amount, currency('ETH', 18));

/** The event in each case of each golden file: what every schema version, read by today's code, has to give. */
const golden: Readonly<Record<`${WalletEventType}.v${number}`, Readonly<Record<string, WalletEvent>>>> = {
  'WalletOpened.v1': {
    'all optional fields': {
      type: 'WalletOpened',
      homeRegion: 'eu-west',
      metadata: { owner: 'u-1', note: 'a "b"\nç' },
    },
    'no optional field': { type: 'WalletOpened', homeRegion: 'local', metadata: {} },
    'a class': { type: 'WalletOpened', homeRegion: 'local', metadata: {}, class: 'merchant' },
  },
  'OverdraftLimitChanged.v1': {
    'two fraction digits': { type: 'OverdraftLimitChanged', limit: eur('2.50') },
    'no fraction digits': { type: 'OverdraftLimitChanged', limit: yen('0') },
  },
  'WalletRehomed.v1': { 'to another region': { type: 'WalletRehomed', homeRegion: 'eu-east' } },
  'FundsDeposited.v1': {
    'all optional fields': { type: 'FundsDeposited', movementId: 'd1', amount: eur('10.00'), details },
    'no optional field': {
      type: 'FundsDeposited',
      movementId: 'd1',
      amount: eth('123456789012345678.000000000000000001'),
      details: nothing,
    },
    'a name for the outside': {
      type: 'FundsDeposited',
      movementId: 'd1',
      amount: eur('10.00'),
      source: 'card-processor',
      details: short,
    },
    'a unique reference': {
      type: 'FundsDeposited',
      movementId: 'd1',
      amount: eur('10.00'),
      details: short,
      uniqueReference: true,
    },
  },
  'FundsWithdrawn.v1': {
    'all optional fields': {
      type: 'FundsWithdrawn',
      movementId: 'w1',
      amount: eur('10.00'),
      overdraft: 'unlimited',
      details,
    },
    'no optional field': { type: 'FundsWithdrawn', movementId: 'w1', amount: yen('10'), details: nothing },
    'a name for the outside': {
      type: 'FundsWithdrawn',
      movementId: 'w1',
      amount: eur('10.00'),
      destination: 'bank-a',
      details: short,
    },
    'a unique reference': {
      type: 'FundsWithdrawn',
      movementId: 'w1',
      amount: eur('10.00'),
      details: short,
      uniqueReference: true,
    },
  },
  'TransferSent.v1': {
    'all optional fields': { type: 'TransferSent', transferId: 't1', to: 'bob', amount: eur('0.05'), details },
    'no optional field': { type: 'TransferSent', transferId: 't1', to: 'bob', amount: eur('0.05'), details: nothing },
    'a unique reference': {
      type: 'TransferSent',
      transferId: 't1',
      to: 'bob',
      amount: eur('0.05'),
      details: short,
      uniqueReference: true,
    },
  },
  'TransferReceived.v1': {
    'all optional fields': { type: 'TransferReceived', transferId: 't1', from: 'alice', amount: eur('0.05'), details },
    'no optional field': {
      type: 'TransferReceived',
      transferId: 't1',
      from: 'alice',
      amount: eur('0.05'),
      details: nothing,
    },
  },
  ...FEE_EVENTS,
  'WalletFrozen.v1': {
    'all optional fields': { type: 'WalletFrozen', direction: 'both', reason: 'court order' },
    'no optional field': { type: 'WalletFrozen', direction: 'debits' },
  },
  'WalletUnfrozen.v1': {
    'all optional fields': { type: 'WalletUnfrozen', direction: 'credits', reason: 'lifted' },
    'no optional field': { type: 'WalletUnfrozen', direction: 'both' },
  },
  'LimitSet.v1': {
    'all optional fields': {
      type: 'LimitSet',
      name: 'weekly-out',
      per: 'week',
      direction: 'out',
      kind: 'transfer',
      rolling: true,
      zone: 'Europe/Prague',
      amount: eur('250.00'),
      count: 5,
    },
    'no optional field': { type: 'LimitSet', name: 'l1', per: 'movement' },
  },
  'LimitRemoved.v1': { plain: { type: 'LimitRemoved', name: 'weekly-out' } },
  'WalletClosed.v1': {
    'all optional fields': { type: 'WalletClosed', successor: 'bob', reason: 'merged' },
    'no optional field': { type: 'WalletClosed' },
  },
  'WalletArchived.v1': { 'no optional field': { type: 'WalletArchived' } },
  'BalanceGivenUp.v1': {
    plain: { type: 'BalanceGivenUp', mergeId: 'mg_1', successor: 'bob', amount: eur('-10.00') },
  },
  'BalanceTakenOver.v1': {
    plain: {
      ...{ type: 'BalanceTakenOver', mergeId: 'mg_1', from: 'bob', amount: eur('-10.00'), overdraftLimit: '15.00' },
    },
  },
  'MetadataChanged.v1': {
    pairs: { type: 'MetadataChanged', metadata: { tier: 'gold' } },
    'none left': { type: 'MetadataChanged', metadata: {} },
  },
  'FundsHeld.v1': {
    'all optional fields': { type: 'FundsHeld', holdId: 'hd_1', amount: eur('10.00'), expiresAt, details: plain },
    'no optional field': { type: 'FundsHeld', holdId: 'hd_1', amount: eur('10.00'), details: nothing },
  },
  'HoldCaptured.v1': {
    'all optional fields': {
      ...{ type: 'HoldCaptured', holdId: 'hd_1', captureId: 'cp_1', to: 'bob', amount: eur('10.00'), final: true },
      details: plain,
    },
    'no optional field': {
      ...{ type: 'HoldCaptured', holdId: 'hd_1', captureId: 'cp_1', amount: eur('10.00') },
      details: nothing,
    },
    'a name for the outside': {
      ...{ type: 'HoldCaptured', holdId: 'hd_1', captureId: 'cp_1', amount: eur('10.00') },
      destination: 'bank-a',
      details: short,
    },
  },
  'MovementReversed.v1': {
    'all optional fields': {
      ...{ type: 'MovementReversed', reversalId: 'rv_1', movementId: 'mv_1', direction: 'out', amount: eur('10.00') },
      ...{ reversed: '12.00', counterparty: 'bob', details: plain },
    },
    'no optional field': {
      ...{ type: 'MovementReversed', reversalId: 'rv_1', movementId: 'mv_1', direction: 'in', amount: eur('10.00') },
      ...{ reversed: '10.00', details: nothing },
    },
    'a name for the outside': {
      ...{ type: 'MovementReversed', reversalId: 'rv_1', movementId: 'mv_1', direction: 'out', amount: eur('10.00') },
      ...{ reversed: '10.00', destination: 'card-processor', details: short },
    },
  },
  'CounterpartReversed.v1': {
    'all optional fields': {
      ...{ type: 'CounterpartReversed', reversalId: 'rv_1', movementId: 'tr_1', direction: 'in', amount: eur('10.00') },
      ...{ reversed: '12.00', counterparty: 'bob', details: plain },
    },
  },
  'HoldVoided.v1': {
    'all optional fields': { type: 'HoldVoided', holdId: 'hd_1', reason: 'cancelled' },
    'no optional field': { type: 'HoldVoided', holdId: 'hd_1' },
  },
  'HoldExtended.v1': { 'no optional field': { type: 'HoldExtended', holdId: 'hd_1', expiresAt } },
  'HoldExpired.v1': { 'no optional field': { type: 'HoldExpired', holdId: 'hd_1' } },
  'DepositAnnounced.v1': {
    'all optional fields': {
      type: 'DepositAnnounced',
      movementId: 'mv_1',
      amount: eur('10.00'),
      expiresAt,
      details: plain,
    },
    'no optional field': { type: 'DepositAnnounced', movementId: 'mv_1', amount: eur('10.00'), details: nothing },
    'a name for the outside': {
      type: 'DepositAnnounced',
      movementId: 'mv_1',
      amount: eur('10.00'),
      source: 'card-processor',
      details: short,
    },
    'a unique reference': {
      type: 'DepositAnnounced',
      movementId: 'mv_1',
      amount: eur('10.00'),
      details: short,
      uniqueReference: true,
    },
  },
  'WithdrawalAnnounced.v1': {
    'all optional fields': {
      type: 'WithdrawalAnnounced',
      movementId: 'mv_1',
      amount: eur('10.00'),
      expiresAt,
      details: plain,
    },
    'no optional field': { type: 'WithdrawalAnnounced', movementId: 'mv_1', amount: eur('10.00'), details: nothing },
    'a name for the outside': {
      type: 'WithdrawalAnnounced',
      movementId: 'mv_1',
      amount: eur('10.00'),
      destination: 'bank-a',
      details: short,
    },
    'a unique reference': {
      type: 'WithdrawalAnnounced',
      movementId: 'mv_1',
      amount: eur('10.00'),
      details: short,
      uniqueReference: true,
    },
  },
  'MovementSettled.v1': {
    'all optional fields': {
      ...{ type: 'MovementSettled', movementId: 'mv_1', direction: 'in', amount: eur('10.00') },
      details: plain,
    },
    'no optional field': {
      ...{ type: 'MovementSettled', movementId: 'mv_1', direction: 'out', amount: eur('10.00') },
      details: nothing,
    },
    'a name for the outside': {
      ...{ type: 'MovementSettled', movementId: 'mv_1', direction: 'in', amount: eur('10.00') },
      source: 'card-processor',
      details: short,
    },
  },
  'MovementFailed.v1': {
    'all optional fields': { type: 'MovementFailed', movementId: 'mv_1', direction: 'out', reason: 'account closed' },
    'no optional field': { type: 'MovementFailed', movementId: 'mv_1', direction: 'in' },
  },
  'MovementExpired.v1': { 'no optional field': { type: 'MovementExpired', movementId: 'mv_1', direction: 'in' } },
};

// Written by hand and only read here: no run of the tests can change one. The texts are JSON strings, so that no
// formatter touches their bytes either.
const FOLDER = new URL('./golden/', import.meta.url);
const pathOf = (file: string) => new URL(`${file}.json`, FOLDER);
/** The cases of a file; none where nobody has written it. */
const textsOf = (file: string): Readonly<Record<string, string>> =>
  existsSync(pathOf(file)) ? JSON.parse(readFileSync(pathOf(file), 'utf8')) : {};

const types = eventDefinitions().map(({ type }) => type) as WalletEventType[];
const currentVersion = (type: WalletEventType) => findEvent(type)!.upcasters.length + 1;
const everyVersion = types.flatMap((type) =>
  Array.from({ length: currentVersion(type) }, (_, n) => ({
    type,
    schemaVersion: n + 1,
    file: `${type}.v${n + 1}` as const,
  })),
);

describe('golden files', () => {
  it('there is one for each event type and schema version, and no other', () => {
    const wanted = everyVersion.map(({ file }) => file).sort();
    const missing = wanted.filter((file) => !existsSync(pathOf(file)) || !golden[file]);
    const toWrite = missing.map(
      (file) => `write libs/wallet/src/golden/${file}.json, and its values in \`golden\` of this spec`,
    );
    expect(toWrite, 'docs/adding-a-capability.md, The golden file').toEqual([]);
    const files = readdirSync(FOLDER).filter((file) => !file.startsWith('state.'));
    expect(files.sort()).toEqual(wanted.map((file) => `${file}.json`));
    expect(Object.keys(golden).sort()).toEqual(wanted);
  });

  describe.each(everyVersion)('$file', ({ type, schemaVersion, file }) => {
    const texts = Object.entries(textsOf(file));
    const events = golden[file] ?? {};

    it('has the cases that this spec knows', () => expect(texts.map(([name]) => name)).toEqual(Object.keys(events)));
    it.each(texts)('%s: decodes', (name, data) => {
      expect(decodeEvent({ type, schemaVersion, data })).toStrictEqual(events[name]);
    });
    // An older version is read for ever and never written again.
    it.runIf(schemaVersion === currentVersion(type)).each(texts)('%s: encodes to these bytes', (name, data) => {
      expect(encodeEvent(events[name]!)).toStrictEqual({ type, schemaVersion, data });
    });
  });
});

describe('encodeEvent', () => {
  it('writes keys in its own order, whatever that of the event', () => {
    const [reference, description] = ['r', 'd'];
    const event = {
      details: { description, reference },
      amount: eur('1.00'),
      movementId: 'd1',
      type: 'FundsDeposited',
    };
    expect(encodeEvent(event as WalletEvent).data).toBe(
      '{"movementId":"d1","amount":"1.00","currency":"EUR","reference":"r","description":"d"}',
    );
  });
  it('keeps an empty text, which is not a missing one', () => {
    const event: WalletEvent = {
      type: 'FundsDeposited',
      movementId: 'd1',
      amount: eur('1.00'),
      details: { reference: '', description: '' },
    };
    expect(decodeEvent(encodeEvent(event))).toStrictEqual(event);
  });
});

describe('upcasters', () => {
  // Two schema changes, as they will come: v2 renamed `note` to `reference`, v3 made `reference` start with its origin.
  const upcasters: readonly Upcaster[] = [
    ({ note, ...rest }) => ({ ...rest, reference: note }),
    ({ reference, ...rest }) => ({ ...rest, reference: `bank:${String(reference)}` }),
  ];
  const changed = (type: string) => (type === 'FundsDeposited' ? { ...findEvent(type)!, upcasters } : findEvent(type));
  const money = '"movementId":"d1","amount":"1.00","currency":"EUR"';
  const read = (schemaVersion: number, data: string) =>
    decodeEvent({ type: 'FundsDeposited', schemaVersion, data }, changed);
  const expected = (reference: string): WalletEvent => ({
    type: 'FundsDeposited',
    movementId: 'd1',
    amount: eur('1.00'),
    details: { reference },
  });

  it('v1 goes through both, in their order', () =>
    expect(read(1, `{${money},"note":"7"}`)).toStrictEqual(expected('bank:7')));
  it('v2 goes through the second only', () =>
    expect(read(2, `{${money},"reference":"7"}`)).toStrictEqual(expected('bank:7')));
  it('v3 goes through none', () => expect(read(3, `{${money},"reference":"7"}`)).toStrictEqual(expected('7')));
  it('v4 is from the future', () => expect(() => read(4, `{${money}}`)).toThrow(EventFromTheFuture));
  it('leave the other types alone', () => {
    const data = '{"movementId":"w1","amount":"1.00","currency":"EUR","reference":"7"}';
    expect(decodeEvent({ type: 'FundsWithdrawn', schemaVersion: 1, data }, changed)).toMatchObject({
      type: 'FundsWithdrawn',
      details: { reference: '7' },
    });
  });
});

describe('EventFromTheFuture', () => {
  it.each(types)('%s in the schema version after the current one', (type) => {
    const schemaVersion = currentVersion(type) + 1;
    const read = () => decodeEvent({ type, schemaVersion, data: '{}' });
    expect(read).toThrow(EventFromTheFuture);
    expect(read).toThrow(`${type} in schema version ${schemaVersion} was written by a newer Tidemark`);
  });
  it.each(['FundsFrozenInTime', '', 'fundsdeposited', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'unknown type %j',
    (type) => expect(() => decodeEvent({ type, schemaVersion: 1, data: '{}' })).toThrow(EventFromTheFuture),
  );
  it('before its data is looked at, which a newer Tidemark may write in another form', () =>
    expect(() => decodeEvent({ type: 'FundsFrozenInTime', schemaVersion: 1, data: 'not JSON' })).toThrow(
      EventFromTheFuture,
    ));
});

describe('canonicalEvent', () => {
  it('is this text', () => {
    const encoded = { type: 'FundsDeposited', schemaVersion: 1, data: '{"amount":"10.00"}' };
    expect(canonicalEvent('alice', 7, encoded, '2026-01-02T03:04:05.678Z', '{"key":"k1"}')).toBe(
      'alice\n7\nFundsDeposited\n1\n2026-01-02T03:04:05.678Z\n{"amount":"10.00"}\n{"key":"k1"}',
    );
  });
  it('differs as soon as one part does', () => {
    const text = (part: number) => {
      const [id, version, type, schemaVersion, data, at, metadata] = ['a', 1, 'T', 1, '{}', 't', '{}'].map(
        (plain, n) => (n === part ? (typeof plain === 'number' ? plain + 1 : `${plain}!`) : plain),
      ) as [string, number, string, number, string, string, string];
      return canonicalEvent(id, version, { type, schemaVersion, data }, at, metadata);
    };
    expect(new Set([-1, 0, 1, 2, 3, 4, 5, 6].map(text)).size).toBe(8);
  });
});
