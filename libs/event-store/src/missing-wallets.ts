import { fullJitter } from '@tidemark/database';
import type { WalletHead } from './draft.js';
import type { WriteEnvironment } from './environment.js';
import { LogUnavailable } from './outcome.js';
import { failureOf } from './recovery.js';
import { loadWallets } from './wallet-loader.js';

interface Missing {
  readonly walletId: string;
  readonly deadline: number;
  readonly loaded: Promise<WalletHead>;
  readonly resolve: (loaded: WalletHead) => void;
  readonly reject: (error: unknown) => void;
}

/** Loads wallets that are not in memory. Those asked for while a query is on its way go together in the next. */
export class MissingWallets {
  private asked = new Map<string, Missing>();
  private running = false;

  constructor(
    private readonly environment: Pick<WriteEnvironment, 'database' | 'limits' | 'monotonic' | 'random' | 'sleep'>,
  ) {}

  /** @throws EventFromTheFuture; LogUnavailable after the deadline (milliseconds of the monotonic clock). */
  load(walletId: string, deadline: number): Promise<WalletHead> {
    const already = this.asked.get(walletId);
    if (already) return already.loaded;
    const { promise, resolve, reject } = Promise.withResolvers<WalletHead>();
    this.asked.set(walletId, { walletId, deadline, loaded: promise, resolve, reject });
    if (!this.running) void this.run();
    return promise;
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let outages = 0; this.asked.size > 0;) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = [...this.asked.values()].slice(0, this.environment.limits.loadMax);
      for (const { walletId } of batch) this.asked.delete(walletId);
      try {
        await this.read(batch);
        outages = 0;
      } catch (error) {
        await this.afterFailure(batch, error, outages++);
      }
    }
    this.running = false;
  }

  private async read(batch: readonly Missing[]): Promise<void> {
    const loaded = await loadWallets(this.environment.database, batch);
    for (const { walletId, resolve, reject } of batch) {
      const found = loaded.get(walletId)!;
      if (found instanceof Error) reject(found);
      else resolve(found);
    }
  }

  private async afterFailure(batch: readonly Missing[], error: unknown, outages: number): Promise<void> {
    const { limits, random, sleep, monotonic } = this.environment;
    if (failureOf(error, 'read') === 'defect') return batch.forEach(({ reject }) => reject(error));
    await sleep(fullJitter({ attempt: outages + 1, baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs, random }));
    for (const missing of batch) {
      const newer = this.asked.get(missing.walletId);
      if (newer) newer.loaded.then(missing.resolve, missing.reject);
      else if (monotonic() <= missing.deadline) this.asked.set(missing.walletId, missing);
      else missing.reject(new LogUnavailable('the log could not be read in time; nothing was written'));
    }
  }
}
