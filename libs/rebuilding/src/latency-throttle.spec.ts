import { describe, expect, it } from 'vitest';
import { LatencyThrottle } from './latency-throttle.js';

/** A database whose writes take `ms`, and the pauses that a throttle makes of it. */
async function throttled(ratioMax = 1.5) {
  const database = { ms: 10 };
  const pauses: number[] = [];
  const throttle = await LatencyThrottle.measuring(async () => database.ms, {
    ratioMax,
    wait: async (milliseconds) => void pauses.push(milliseconds),
  });
  const pages = async (count: number) => {
    for (let page = 0; page < count; page++) await throttle.goOn();
    return pauses.splice(0);
  };
  return { database, pages };
}

describe('the throttle of a rebuild', () => {
  it('does not pause while writes are as quick as before', async () => {
    const { pages } = await throttled();
    expect(await pages(20)).toEqual([]);
  });

  it('pauses ever longer while they are slow, up to a bound, and less again when they are not', async () => {
    const { database, pages } = await throttled();
    database.ms = 16;
    const slow = await pages(20);
    expect(slow.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(slow.at(-1)).toBe(250);
    database.ms = 10;
    const quick = await pages(20);
    expect(quick).toEqual([250, 250, 125, 62.5, 31.25, 15.625, 7.8125]);
  });

  it('does not mind what nobody notices', async () => {
    const { database, pages } = await throttled(1.1);
    database.ms = 12;
    expect(await pages(10)).toEqual([]);
  });

  it('bears what it is told to bear', async () => {
    const { database, pages } = await throttled(3);
    database.ms = 29;
    expect(await pages(10)).toEqual([]);
  });

  it('does not mind a single slow write', async () => {
    const { database, pages } = await throttled();
    await pages(5);
    database.ms = 500;
    await pages(1);
    database.ms = 10;
    expect(await pages(10)).toEqual([]);
  });
});
