import { fullJitter } from '@tidemark/database';
import type { WriteEnvironment } from './environment.js';
import { LogUnavailable } from './outcome.js';
import { failureOf } from './recovery.js';

interface Asked<A, F> {
  readonly key: string;
  readonly what: A;
  readonly deadline: number;
  readonly found: Promise<F>;
  readonly resolve: (found: F) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads values by key, in batches. Keys that are requested while a query is in flight go into the next query. */
export class BatchedReads<A, F> {
  private asked = new Map<string, Asked<A, F>>();
  private running = false;

  /**
   * @param batchMax how many one query reads
   * @param read finds each of a batch, by key; an Error in the place of one fails that one alone
   */
  constructor(
    private readonly environment: Pick<WriteEnvironment, 'limits' | 'monotonic' | 'random' | 'sleep'>,
    private readonly batchMax: number,
    private readonly read: (batch: readonly A[]) => Promise<ReadonlyMap<string, F | Error>>,
  ) {}

  /** @throws what `read` has in its place; LogUnavailable after the deadline (milliseconds of the monotonic clock). */
  one(key: string, what: A, deadline: number): Promise<F> {
    const already = this.asked.get(key);
    if (already) return already.found;
    const { promise, resolve, reject } = Promise.withResolvers<F>();
    this.asked.set(key, { key, what, deadline, found: promise, resolve, reject });
    if (!this.running) void this.run();
    return promise;
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let outages = 0; this.asked.size > 0;) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = [...this.asked.values()].slice(0, this.batchMax);
      for (const { key } of batch) this.asked.delete(key);
      try {
        const found = await this.read(batch.map(({ what }) => what));
        for (const { key, resolve, reject } of batch) {
          const one = found.get(key)!;
          if (one instanceof Error) reject(one);
          else resolve(one);
        }
        outages = 0;
      } catch (error) {
        await this.afterFailure(batch, error, outages++);
      }
    }
    this.running = false;
  }

  private async afterFailure(batch: readonly Asked<A, F>[], error: unknown, outages: number): Promise<void> {
    const { limits, random, sleep, monotonic } = this.environment;
    if (failureOf(error, 'read') === 'defect') return batch.forEach(({ reject }) => reject(error));
    await sleep(fullJitter({ attempt: outages + 1, baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs, random }));
    for (const each of batch) {
      const newer = this.asked.get(each.key);
      if (newer) newer.found.then(each.resolve, each.reject);
      else if (monotonic() <= each.deadline) this.asked.set(each.key, each);
      else each.reject(new LogUnavailable('the log could not be read in time; nothing was written'));
    }
  }
}
