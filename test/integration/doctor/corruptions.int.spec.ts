import { INVARIANTS } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestStore } from '../log/log-fixture.js';
import { Patient, writePair } from './patient.js';

interface Corruption {
  readonly what: string;
  /** `a` and `b` are the wallets of `writePair`. */
  spoil(patient: Patient, a: string, b: string): Promise<void>;
  /** All findings, and no others, as `invariant wallet version`. */
  readonly found: readonly string[];
}

const EVENT = 'wallet_id = $1 AND version = $2';

const FACT = `INSERT INTO wallet_facts (region, wallet_id, key, version, value) VALUES ('local', $1, 'reversed:m', $2, '{}')`;

const CORRUPTIONS: readonly Corruption[] = [
  {
    what: "a bit of an event's data is flipped: 9.00 is 8.00",
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET data = replace(data, '"9.00"', '"8.00"') WHERE ${EVENT}`, a, 2),
    found: ['hash_chain a 2', 'outcome_present a 2', 'snapshot_is_fold a 4'],
  },
  {
    what: "a bit of an event's data is flipped: a field has another name",
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET data = replace(data, 'amount', 'emount') WHERE ${EVENT}`, a, 3),
    found: ['event_decodes a 3', 'hash_chain a 3'],
  },
  {
    what: "a bit of an event's metadata is flipped: who asked for it",
    spoil: (p, a) =>
      p.spoil(`UPDATE wallet_events SET metadata = replace(metadata, '"test"', '"tesu"') WHERE ${EVENT}`, a, 3),
    found: ['hash_chain a 3', 'outcome_agrees a 3', 'outcome_present a 3'],
  },
  {
    what: "a bit of an event's metadata is flipped: its key",
    spoil: (p, a) =>
      p.spoil(`UPDATE wallet_events SET metadata = replace(metadata, $3, 'other') WHERE ${EVENT}`, a, 3, `${a}3`),
    found: ['hash_chain a 3', 'outcome_agrees a 3', 'outcome_present a 3'],
  },
  {
    what: "an event's metadata cannot be read",
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET metadata = '{' WHERE ${EVENT}`, a, 3),
    found: ['event_decodes a 3', 'hash_chain a 3', 'outcome_agrees a 3'],
  },
  {
    what: "an event's hash is changed",
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET hash = decode($3, 'hex') WHERE ${EVENT}`, a, 3, 'ab'.repeat(32)),
    found: ['hash_chain a 3'],
  },
  {
    what: 'an event is recorded at another time',
    spoil: (p, a) =>
      p.spoil(`UPDATE wallet_events SET recorded_at = recorded_at - interval '1 hour' WHERE ${EVENT}`, a, 3),
    found: ['hash_chain a 3'],
  },
  {
    what: 'an event is of an unknown type',
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET type = 'FundsDepositeD' WHERE ${EVENT}`, a, 2),
    found: ['event_decodes a 2', 'hash_chain a 2'],
  },
  {
    what: 'a middle event is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM wallet_events WHERE ${EVENT}`, a, 3),
    found: ['commits_agree a 3', 'outcome_agrees a 3', 'versions_contiguous a 3'],
  },
  {
    what: 'the first event is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM wallet_events WHERE ${EVENT}`, a, 1),
    found: ['commits_agree a 1', 'outcome_agrees a 1', 'versions_contiguous a 1'],
  },
  {
    what: 'the last event is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM wallet_events WHERE ${EVENT}`, a, 5),
    found: ['commits_agree a 5', 'outcome_agrees a 5'],
  },
  {
    what: 'all events of a wallet are deleted',
    spoil: (p, _a, b) => p.spoil(`DELETE FROM wallet_events WHERE wallet_id = $1`, b),
    found: [
      ...[1, 2, 3].flatMap((version) => [`commits_agree b ${version}`, `outcome_agrees b ${version}`]),
      'money_conserved a 4',
      'versions_contiguous b 0',
    ].sort(),
  },
  {
    what: 'one side of a transfer is deleted',
    spoil: (p, _a, b) => p.spoil(`DELETE FROM wallet_events WHERE ${EVENT}`, b, 2),
    found: ['commits_agree b 2', 'money_conserved a 4', 'outcome_agrees b 2', 'versions_contiguous b 2'],
  },
  {
    what: 'one side of a transfer is of another amount',
    spoil: (p, _a, b) =>
      p.spoil(`UPDATE wallet_events SET data = replace(data, '"2.00"', '"3.00"') WHERE ${EVENT}`, b, 2),
    found: [
      'hash_chain b 2',
      'money_conserved a 4',
      'money_conserved b 2',
      'outcome_present b 2',
      'snapshot_is_fold b 2',
    ],
  },
  {
    what: 'one side of a transfer is at another position',
    spoil: (p, _a, b) =>
      p.spoil(
        `UPDATE wallet_events SET position = (SELECT min(o.position) FROM wallet_events o WHERE o.wallet_id = $1) WHERE ${EVENT}`,
        ...[b, 2],
      ),
    found: [
      ...['commits_agree b 2', 'money_conserved a 4', 'money_conserved b 2'],
      ...['outcome_agrees b 2', 'outcome_present b 2'],
    ],
  },
  {
    what: 'a commit is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM commits WHERE appended = $1`, `[["${a}",3,3]]`),
    found: ['commits_agree a 3'],
  },
  {
    what: 'the commit of a transfer is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM commits WHERE appended LIKE $1`, `[["${a}",4,4],%`),
    found: ['commits_agree a 4', 'commits_agree b 2'],
  },
  {
    what: 'a commit names another version',
    spoil: (p, a) =>
      p.spoil(`UPDATE commits SET appended = $2 WHERE appended = $1`, `[["${a}",5,5]]`, `[["${a}",6,6]]`),
    found: ['commits_agree a 5', 'commits_agree a 6'],
  },
  {
    what: 'a commit names a version too many',
    spoil: (p, a) =>
      p.spoil(`UPDATE commits SET appended = $2 WHERE appended = $1`, `[["${a}",5,5]]`, `[["${a}",5,7]]`),
    found: ['commits_agree a 6'],
  },
  {
    what: 'a commit cannot be read',
    spoil: (p, a) => p.spoil(`UPDATE commits SET appended = '[[' WHERE appended = $1`, `[["${a}",3,3]]`),
    found: ['commits_agree  0', 'commits_agree a 3'],
  },
  {
    what: 'an event is at an earlier position',
    spoil: (p, a) =>
      p.spoil(
        `UPDATE wallet_events SET position = (SELECT min(o.position) FROM wallet_events o WHERE o.wallet_id = $1) WHERE ${EVENT}`,
        ...[a, 3],
      ),
    found: ['commits_agree a 3', 'outcome_agrees a 3', 'outcome_present a 3'],
  },
  {
    what: 'a middle event is at a position in the future',
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET position = position * 2 + 1000000 WHERE ${EVENT}`, a, 3),
    found: ['commits_agree a 3', 'outcome_agrees a 3', 'outcome_present a 3'],
  },
  {
    what: 'the last event is at a position in the future',
    spoil: (p, a) => p.spoil(`UPDATE wallet_events SET position = position * 2 + 1000000 WHERE ${EVENT}`, a, 5),
    found: ['commits_agree a 5', 'outcome_agrees a 5'],
  },
  {
    what: 'two events are swapped',
    spoil: async (p, a) => {
      for (const [from, to] of [
        [2, 99],
        [3, 2],
        [99, 3],
      ]) {
        await p.spoil(`UPDATE wallet_events SET version = $3 WHERE ${EVENT}`, a, from, to);
      }
    },
    found: [
      ...['commits_agree a 2', 'commits_agree a 3', 'hash_chain a 2', 'hash_chain a 3', 'hash_chain a 4'],
      ...['outcome_agrees a 2', 'outcome_agrees a 3', 'outcome_present a 3'],
      'within_limits a 2',
    ],
  },
  {
    what: 'an outcome is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM command_outcomes WHERE wallet_id = $1 AND idempotency_key = $2`, a, `${a}3`),
    found: ['outcome_present a 3'],
  },
  {
    what: 'the outcome of a transfer is deleted',
    spoil: (p, a) => p.spoil(`DELETE FROM command_outcomes WHERE wallet_id = $1 AND idempotency_key = $2`, a, `${a}4`),
    found: ['outcome_present a 4', 'outcome_present b 2'],
  },
  {
    what: 'an outcome says another balance',
    spoil: (p, a) =>
      p.spoil(
        `UPDATE command_outcomes SET result = replace(result, '"8.00"', '"7.00"') WHERE wallet_id = $1 AND idempotency_key = $2`,
        ...[a, `${a}3`],
      ),
    found: ['outcome_present a 3'],
  },
  {
    what: 'an outcome says another version',
    spoil: (p, a) =>
      p.spoil(
        `UPDATE command_outcomes SET result = replace(result, '"version":3', '"version":2') WHERE wallet_id = $1 AND idempotency_key = $2`,
        ...[a, `${a}3`],
      ),
    found: ['outcome_agrees a 2', 'outcome_present a 3'],
  },
  {
    what: 'an outcome is of another request',
    spoil: (p, a) =>
      p.spoil(
        `UPDATE command_outcomes SET request_hash = 'x' WHERE wallet_id = $1 AND idempotency_key = $2`,
        ...[a, `${a}3`],
      ),
    found: ['outcome_agrees a 3', 'outcome_present a 3'],
  },
  {
    what: 'an accepted outcome says that it was refused',
    spoil: (p, a) =>
      p.spoil(
        `UPDATE command_outcomes SET result = '{"kind":"rejected","code":"insufficient_funds","details":{}}'
         WHERE wallet_id = $1 AND idempotency_key = $2`,
        ...[a, `${a}3`],
      ),
    found: ['outcome_agrees a 0', 'outcome_present a 3'],
  },
  {
    what: "an outcome is another caller's",
    spoil: (p, a) =>
      p.spoil(`UPDATE command_outcomes SET caller = 'tesu' WHERE wallet_id = $1 AND idempotency_key = $2`, a, `${a}3`),
    found: ['outcome_agrees a 3', 'outcome_present a 3'],
  },
  {
    what: 'an outcome stands for a command that appended nothing',
    spoil: (p, a) =>
      p.spoil(
        `INSERT INTO command_outcomes (region, wallet_id, idempotency_key, caller, request_hash, position, recorded_at, result)
         SELECT region, wallet_id, 'never-sent', caller, request_hash, position, recorded_at, replace(result, '"version":3', '"version":77')
         FROM command_outcomes WHERE wallet_id = $1 AND idempotency_key = $2`,
        ...[a, `${a}3`],
      ),
    found: ['outcome_agrees a 77'],
  },
  {
    what: "a snapshot's state is changed",
    spoil: (p, a) =>
      p.spoil(`UPDATE wallet_snapshots SET state = replace(state, '"6.00"', '"6.01"') WHERE wallet_id = $1`, a),
    found: ['snapshot_is_fold a 4'],
  },
  {
    what: "a snapshot's hash is changed",
    spoil: (p, a) => p.spoil(`UPDATE wallet_snapshots SET hash = $2::bytea WHERE wallet_id = $1`, a, 'abc'),
    found: ['snapshot_is_fold a 4'],
  },
  {
    what: 'a snapshot is ahead of the log',
    spoil: (p, a) => p.spoil(`UPDATE wallet_snapshots SET version = 6 WHERE wallet_id = $1`, a),
    found: ['snapshot_is_fold a 6'],
  },
  {
    what: 'a fact stands there that no event has said',
    spoil: (p, a) => p.spoil(FACT, a, 3),
    found: ['fact_is_said a 3'],
  },
  {
    what: 'a fact is ahead of the log',
    spoil: (p, a) => p.spoil(FACT, a, 6),
    found: ['fact_is_said a 6'],
  },
  {
    what: 'a wallet is not in the directory',
    spoil: (p, _a, b) => p.spoil(`DELETE FROM wallets WHERE wallet_id = $1`, b),
    found: ['versions_contiguous b 3'],
  },
  {
    what: 'a wallet is listed in another region',
    spoil: (p, _a, b) => p.spoil(`UPDATE wallets SET region = 'elsewhere' WHERE wallet_id = $1`, b),
    found: ['versions_contiguous b 3'],
  },
  {
    what: 'a wallet is listed that was never opened',
    spoil: (p, a) => p.spoil(`INSERT INTO wallets (wallet_id, region) VALUES ($1, 'local')`, `${a}-never`),
    found: ['versions_contiguous a-never 0'],
  },
];

it('there is a corruption for every invariant', () => {
  const covered = new Set([
    ...CORRUPTIONS.flatMap(({ found }) => found.map((each) => each.split(' ')[0])),
    ...['projection_is_fold', 'certificate_holds'], // projections.int.spec.ts
    'account_defined', // accounts.int.spec.ts
  ]);
  expect(Object.keys(INVARIANTS).filter((invariant) => !covered.has(invariant))).toEqual([]);
});

/** Each corruption has two wallets of its own in one log, so the findings of other wallets are removed. */
describe.each(engines)('what doctor finds on $engine', (engine) => {
  let patient: Patient;
  let store: TestStore;
  /** The findings of earlier tests, whose corruptions stay in the log. */
  let known: string[] = [];
  const names = CORRUPTIONS.map((_, i) => [`a-${i}-x`, `b-${i}-x`] as const);

  beforeAll(async () => {
    patient = await Patient.create(engine);
    store = await patient.log.open({ limits: { snapshotEvery: 2 } });
    for (const [a, b] of names) await writePair(store, a, b);
    await store.close();
    // Each test expects a snapshot at version 4.
    for (const [a] of names) await keepSnapshot(patient, a);
  });
  afterAll(() => patient.close());

  it('is nothing in an unchanged log', async () => {
    const { findings, checked, more } = await patient.examine();
    expect({ findings, checked, more }).toEqual({
      ...{ findings: [], more: 0 },
      checked: { events: CORRUPTIONS.length * 8, wallets: CORRUPTIONS.length * 2 },
    });
  });

  it.each(CORRUPTIONS.map((corruption, i) => ({ ...corruption, i })))('$what', async ({ i, spoil, found }) => {
    const [a, b] = names[i]!;
    await spoil(patient, a, b);
    const own = (each: string) =>
      each.replace(/ (a|b)(-never)? /, (_, w, never = '') => ` ${w === 'a' ? a : b}${never} `);
    const all = await patient.findings();
    expect(all.filter((each) => !known.includes(each))).toEqual(found.map(own).sort());
    known = all;
  });

  it('is the same for a single wallet, with the findings from its outcomes about other wallets', async () => {
    const all = await patient.findings();
    const of = (walletId: string) => (each: string) => each.split(' ')[1] === walletId;
    for (const [a, b] of names.filter((_, i) => i % 3 === 0)) {
      const found = await patient.findings({ walletId: a });
      expect(found.filter(of(a)), a).toEqual(all.filter(of(a)));
      expect(found.filter((each) => !of(a)(each) && !all.filter(of(b)).includes(each))).toEqual([]);
    }
  });
});

async function keepSnapshot(patient: Patient, walletId: string): Promise<void> {
  const { rows } = await patient.log.owner.query<{ version: string }>(
    'SELECT version FROM wallet_snapshots WHERE wallet_id = $1',
    [walletId],
  );
  expect(rows.map(({ version }) => Number(version))).toEqual([4]);
}
