import { describe, expect, it } from 'vitest';
import { Refreshed } from './refreshed.js';

function counting() {
  let now = 0;
  let reads = 0;
  let fails = false;
  const read = async () => {
    reads++;
    if (fails) throw new Error('no database');
    return reads;
  };
  const refreshed = new Refreshed(0, read, 1_000, () => now);
  return { refreshed, reads: () => reads, later: (ms: number) => (now += ms), fail: (on: boolean) => (fails = on) };
}

describe('Refreshed', () => {
  it('reads again when asked, but not more often than allowed', async () => {
    const { refreshed, reads, later } = counting();
    expect([await refreshed.refresh(), reads()]).toEqual([0, 0]); // it was read a moment ago
    later(1_000);
    expect([await refreshed.refresh(), await refreshed.refresh(), reads()]).toEqual([1, 1, 1]);
    later(999);
    expect(await refreshed.refresh()).toBe(1);
    later(1);
    expect([await refreshed.refresh(), refreshed.current]).toEqual([2, 2]);
  });

  it('reads once for all who ask at the same time', async () => {
    const { refreshed, reads, later } = counting();
    later(1_000);
    expect(await Promise.all([refreshed.refresh(), refreshed.refresh(), refreshed.refresh()])).toEqual([1, 1, 1]);
    expect(reads()).toBe(1);
  });

  it('keeps what it has when reading fails, and knows how old that is', async () => {
    const { refreshed, later, fail } = counting();
    later(1_000);
    await refreshed.refresh();
    fail(true);
    later(5_000);
    await expect(refreshed.refresh()).rejects.toThrow('no database');
    expect([refreshed.current, refreshed.age]).toEqual([1, 5_000]);
    fail(false);
    later(1_000);
    await refreshed.refresh();
    expect(refreshed.age).toBe(0);
  });
});
