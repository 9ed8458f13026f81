import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** Timeout of a health check: a ready process on this machine answers at once. */
const ANSWER_MS_MAX = 1_000;

/** Whether a health address answers 200 now. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/**
 * Waits until a check succeeds.
 *
 * @param check may throw to stop the waiting
 * @returns false after the time limit
 */
export async function within(ms: number, check: () => Promise<boolean>): Promise<boolean> {
  const giveUpAt = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > giveUpAt) return false;
    await sleep(POLL_MS);
  }
  return true;
}
