import { classify } from './classification.js';

/** The bounds of a retry loop. Times in milliseconds. */
export interface RetryBounds {
  /** The first attempt included. */
  attemptsMax: number;
  baseMs: number;
  capMs: number;
  /** No attempt begins later than this after the first. */
  elapsedMsMax: number;
}

/**
 * For reads inside a request: the waits between five attempts are about 0.4 s at most in total, which is acceptable for a caller. If
 * an attempt itself takes long, the database does not answer. Then more attempts would only delay the error.
 */
export const READ_RETRY: RetryBounds = { attemptsMax: 5, baseMs: 25, capMs: 400, elapsedMsMax: 5_000 };

/**
 * How long to wait before a retry: uniform between 0 and an exponentially growing bound. So commands that lost the same
 * race do not all retry at the same time ("full jitter", AWS Architecture Blog, Exponential Backoff And Jitter).
 *
 * @param attempt 1 for the wait after the first failure
 * @param random from 0 inclusive to 1 exclusive, as `Math.random` gives it
 * @returns whole milliseconds, below `min(capMs, baseMs × 2^(attempt − 1))`
 */
export function fullJitter(from: { attempt: number; baseMs: number; capMs: number; random: () => number }): number {
  const bound = Math.min(from.capMs, from.baseMs * 2 ** (from.attempt - 1));
  return Math.floor(from.random() * bound);
}

/**
 * Runs work that may safely run twice (a read, or a write behind a unique key) until it succeeds, fails with an
 * error that a later attempt cannot avoid, or the attempts are used up.
 *
 * @param work gets the number of the attempt, from 1
 * @throws the error of the last attempt, unchanged
 */
export async function retryIdempotent<T>(
  work: (attempt: number) => Promise<T>,
  options: {
    bounds?: RetryBounds;
    random: () => number;
    sleep: (ms: number) => Promise<unknown>;
    /** Milliseconds; absent: the process's own. */
    monotonic?: () => number;
  },
): Promise<T> {
  const { bounds = READ_RETRY, monotonic = () => performance.now() } = options;
  const { attemptsMax, baseMs, capMs, elapsedMsMax } = bounds;
  const beganAt = monotonic();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const usedUp = attempt >= attemptsMax || monotonic() - beganAt > elapsedMsMax;
      if (usedUp || !mayPass(error)) throw error;
      await options.sleep(fullJitter({ attempt, baseMs, capMs, random: options.random }));
    }
  }
}

function mayPass(error: unknown): boolean {
  const found = classify(error, 'read').class;
  return found === 'lost_race' || found === 'ambiguous' || found === 'unavailable';
}
