import { chain, CHAIN_START, type RecordedEvent } from '@tidemark/event-store';
import { currency, Money } from '@tidemark/money';
import { canonicalEvent, encodeEvent, EventFromTheFuture, type EncodedEvent, type WalletEvent } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { Findings } from '../finding.js';
import { WalletFold } from './wallet-fold.js';

const deposited: WalletEvent = {
  ...{ type: 'FundsDeposited', movementId: 'm', details: {} },
  amount: Money.of('1.00', currency('EUR', 2)),
};
const opened: WalletEvent = { type: 'WalletOpened', homeRegion: 'west', metadata: {} };
const moved = (homeRegion: string): WalletEvent => ({ type: 'WalletRehomed', homeRegion });

/** A stream as it would be written, the events of a moved wallet in the regions that they belong to. */
function written(...events: readonly (WalletEvent | EncodedEvent)[]): RecordedEvent[] {
  let hash = CHAIN_START;
  let home = 'west';
  return events.map((event, i): RecordedEvent => {
    const encoded = 'data' in event ? event : encodeEvent(event);
    const [version, region, recordedAt] = [i + 1, home, `2026-01-01T00:00:0${i}.000Z`];
    const metadata = JSON.stringify({ caller: 'test', idempotencyKey: `k${i}`, requestHash: `h${i}` });
    hash = chain(hash, canonicalEvent('w', version, encoded, recordedAt, metadata));
    if ('homeRegion' in event) home = event.homeRegion;
    return { region, walletId: 'w', version, position: `${i}`, recordedAt, ...encoded, metadata, hash };
  });
}

function examined(events: readonly RecordedEvent[], startsAfter = 0) {
  const findings = new Findings();
  const fold = new WalletFold('w', 'west', findings.report, startsAfter);
  const judged = events.map((event) => fold.take(event));
  const found = findings.sorted().map(({ invariant, version }) => `${invariant} ${version}`);
  return { fold, judged, found, messages: findings.sorted().map(({ message }) => message) };
}

const spoilt = (events: RecordedEvent[], version: number, change: Partial<RecordedEvent>) =>
  events.map((event) => (event.version === version ? { ...event, ...change } : event));

describe('folding a wallet', () => {
  it('finds nothing in what was written, and knows where the wallet has lived', () => {
    const { fold, judged, found } = examined(written(opened, deposited, moved('east'), deposited, moved('west')));
    expect(found).toEqual([]);
    expect(judged.map((each) => each?.after?.version)).toEqual([1, 2, 3, 4, 5]);
    expect(fold.homes).toEqual({ region: 'west', formerRegions: ['east'] });
  });

  it('finds one hash where one event was changed, whether it or its hash', () => {
    const events = written(opened, deposited, deposited, deposited);
    expect(examined(spoilt(events, 2, { data: events[1]!.data.replace('1.00', '2.00') })).found).toEqual([
      'hash_chain 2',
    ]);
    expect(examined(spoilt(events, 2, { hash: 'f'.repeat(64) })).found).toEqual(['hash_chain 2']);
    expect(examined(spoilt(events, 4, { recordedAt: '2027-01-01T00:00:00.000Z' })).found).toEqual(['hash_chain 4']);
  });

  it('names a hole by its first version, and judges no balance behind it', () => {
    const { judged, found, messages } = examined(
      written(opened, deposited, deposited, deposited, deposited).filter(
        ({ version }) => version !== 2 && version !== 3,
      ),
    );
    expect(found).toEqual(['versions_contiguous 2']);
    expect(messages).toEqual(['versions 2 to 3 are missing: version 4 is there']);
    expect(judged.map((each) => each?.after?.version)).toEqual([1, undefined, undefined]);
  });

  it('goes on with a piece whose beginning is gone', () => {
    const { fold, found } = examined(written(opened, deposited, deposited).slice(1), 1);
    expect({ found, version: fold.version, homes: fold.homes }).toEqual({ found: [], version: 3, homes: undefined });
  });

  it('finds a version that is there twice', () => {
    const events = written(opened, deposited);
    expect(examined([...events, { ...events[1]!, region: 'east' }]).found).toEqual(['versions_contiguous 2']);
  });

  it('finds what cannot be read, and what cannot stand where it stands', () => {
    const [first, second] = written(opened, deposited);
    expect(examined(written(opened, { type: 'FundsDeposited', schemaVersion: 1, data: '{' })).found).toEqual([
      'event_decodes 2',
    ]);
    expect(examined(written(deposited)).found).toEqual(['event_decodes 1']);
    expect(examined(written(opened, opened)).found).toEqual(['event_decodes 2']);
    expect(examined([first!, { ...second!, metadata: '{}' }]).found).toEqual(['event_decodes 2', 'hash_chain 2']);
  });

  it('does not judge what a newer Tidemark wrote, unless the hash says that nobody did', () => {
    const events = written(opened, { type: 'WalletSung', schemaVersion: 1, data: '{}' });
    expect(() => examined(events)).toThrow(EventFromTheFuture);
    expect(examined(spoilt(events, 2, { type: 'WalletSunk' })).found).toEqual(['event_decodes 2', 'hash_chain 2']);
  });
});
