import { describe, expect, it } from 'vitest';
import { KnownRows } from './track.js';

const row = (walletId: string, version = 1) => ({ walletId, shard: 0, version, position: '', state: {} });

describe('the rows that a worker knows', () => {
  it('are those that it wrote last', () => {
    const rows = new KnownRows();
    rows.keep([row('a'), row('b')]);
    rows.keep([row('a', 2)]);
    expect([rows.get('a')?.version, rows.get('b')?.version, rows.get('c')]).toEqual([2, 1, undefined]);
    rows.forget('a');
    expect(rows.get('a')).toBeUndefined();
    rows.forgetAll();
    expect(rows.get('b')).toBeUndefined();
  });

  it('are bounded, and those written least recently go first', () => {
    const rows = new KnownRows();
    rows.keep(Array.from({ length: 20_000 }, (_, i) => row(`w-${i}`)));
    rows.keep([row('w-0', 2), row('new')]);
    expect([rows.get('w-0')?.version, rows.get('w-1'), rows.get('w-2')?.version]).toEqual([2, undefined, 1]);
  });
});
