import type { Database } from '@tidemark/database';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashApiKey } from './api-keys/api-key.js';
import { KeyRing } from './api-keys/key-ring.js';
import { Currencies } from './currencies/currencies.js';

const DAY_MS = 86_400_000;

/** A table that somebody changes while the service runs. */
function tableOf(rows: object[]): { database: Pick<Database, 'query'>; rows: object[]; reads: () => number } {
  let reads = 0;
  const query = async () => {
    reads++;
    return { rows: [...rows], rowCount: rows.length };
  };
  return { database: { query: query as never }, rows, reads: () => reads };
}

describe('while the wall clock jumps', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
  afterEach(() => void vi.useRealTimers());
  const jump = (ms: number) => vi.setSystemTime(Date.now() + ms);
  const pass = (ms: number) => vi.advanceTimersByTime(ms);

  it.each([-DAY_MS, DAY_MS])('by %i ms, a revoked key is refused as soon as otherwise', async (by) => {
    const table = tableOf([{ name: 'shop', key_hash: hashApiKey('secret'), scopes: 'read' }]);
    const ring = await KeyRing.load(table.database);
    jump(by);
    expect(ring.fresh).toBe(true);
    await ring.refresh();
    expect(table.reads()).toBe(1); // it was read a moment ago, whatever the clock says
    table.rows.pop();
    pass(3_001);
    expect(ring.fresh).toBe(false);
    await ring.refresh();
    expect(ring.callerNow('secret')).toBeUndefined();
  });

  it.each([-DAY_MS, DAY_MS])('by %i ms, a new asset is found a second later', async (by) => {
    const table = tableOf([]);
    const currencies = await Currencies.load(table.database);
    jump(by);
    table.rows.push({ code: 'POINTS', scale: 0 });
    await expect(currencies.get('POINTS')).rejects.toMatchObject({ code: 'unknown_currency' });
    pass(1_000);
    expect((await currencies.get('POINTS')).scale).toBe(0);
  });
});
