import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { fullJitter, retryIdempotent } from './retry.js';

const lostRace = () => Object.assign(new pg.DatabaseError('', 0, 'error'), { code: '40001' });
const bounds = { attemptsMax: 4, baseMs: 10, capMs: 25, elapsedMsMax: 1_000 };

describe('fullJitter', () => {
  it('doubles its bound up to the cap', () => {
    const widest = (attempt: number) => fullJitter({ attempt, baseMs: 10, capMs: 25, random: () => 0.999_999 });
    expect([1, 2, 3, 4, 1_000].map(widest)).toEqual([9, 19, 24, 24, 24]);
  });

  it('can be 0', () => {
    expect(fullJitter({ attempt: 5, baseMs: 10, capMs: 25, random: () => 0 })).toBe(0);
  });
});

describe('retryIdempotent', () => {
  const waits: number[] = [];
  const options = { bounds, random: () => 0.5, sleep: async (ms: number) => void waits.push(ms) };

  it('tries again after a lost race', async () => {
    waits.length = 0;
    const done = await retryIdempotent(async (attempt) => {
      if (attempt < 3) throw lostRace();
      return attempt;
    }, options);
    expect(done).toBe(3);
    expect(waits).toEqual([5, 10]);
  });

  it('stops at its bound and throws the last error unchanged', async () => {
    const errors: Error[] = [];
    const gaveUp = retryIdempotent(async () => {
      errors.push(lostRace());
      throw errors.at(-1);
    }, options);
    await expect(gaveUp).rejects.toSatisfy((error) => error === errors.at(-1));
    expect(errors).toHaveLength(4);
  });

  it('does not repeat work that fails slowly', async () => {
    let [now, attempts] = [0, 0];
    const slow = async () => {
      attempts++;
      now += 600;
      throw lostRace();
    };
    await expect(retryIdempotent(slow, { ...options, monotonic: () => now })).rejects.toMatchObject({ code: '40001' });
    expect(attempts).toBe(2);
  });

  it('does not repeat a defect', async () => {
    let attempts = 0;
    const defect = retryIdempotent(async () => {
      attempts++;
      throw new TypeError('wrong');
    }, options);
    await expect(defect).rejects.toThrow('wrong');
    expect(attempts).toBe(1);
  });
});
