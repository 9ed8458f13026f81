import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandStrategy } from '@tidemark/event-store';
import { currency, Money } from '@tidemark/money';

/** Wallets of the uniform load (DESIGN §8). */
export const WALLETS = 10_000;
/** Commands that wait for an answer at any moment, as a thousand mobile apps would. */
const IN_FLIGHT = 2_000;

const EUR = currency('EUR', 2);

/** Deposits, a bounded number of them waiting for an answer at any moment. */
export class Load {
  private sent = 0;
  readonly anyWallet = (n: number) => `bench-${n % WALLETS}`;
  readonly oneWallet = () => 'bench-0';

  constructor(private readonly store: CommandStrategy) {}

  /** Opens the wallets that deposits go to. */
  async openWallets(): Promise<void> {
    await this.spread(WALLETS, (n) => {
      const command = { type: 'OpenWallet', walletId: this.anyWallet(n), homeRegion: 'local', metadata: {} } as const;
      return this.store.execute({ command, idempotencyKey: 'open', requestHash: REQUEST_HASH, caller: 'bench' });
    });
  }

  /** Makes this number of deposits as fast as possible. */
  async fill(deposits: number): Promise<void> {
    await this.spread(deposits, () => this.deposit(this.anyWallet(this.sent++)));
  }

  /**
   * Deposits at a steady rate, however long each takes, until `stop` is called.
   *
   * @returns how long each took, milliseconds
   */
  async pace(perSecond: number, signal: AbortSignal): Promise<number[]> {
    const took: number[] = [];
    const inFlight = new Set<Promise<void>>();
    const began = performance.now();
    for (let n = 0; !signal.aborted; n++) {
      const due = began + (n * 1_000) / perSecond;
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      // From when it was due: a client that waits for the server would measure only its patience.
      const one = this.deposit(this.anyWallet(this.sent++)).then(() => void took.push(performance.now() - due));
      inFlight.add(one);
      void one.finally(() => inFlight.delete(one));
    }
    await Promise.all(inFlight);
    return took;
  }

  /** One deposit. @returns the wallet, and its version after it */
  async one(): Promise<{ walletId: string; version: number }> {
    const walletId = this.anyWallet(this.sent++);
    return { walletId, version: await this.deposit(walletId) };
  }

  /** @returns deposits a second */
  async run(seconds: number, walletOf: (n: number) => string): Promise<number> {
    const startedAt = performance.now();
    const end = startedAt + seconds * 1_000;
    let done = 0;
    await this.spread(Number.POSITIVE_INFINITY, async () => {
      if (performance.now() > end) return false;
      await this.deposit(walletOf(this.sent++));
      done++;
      return true;
    });
    return (done / (performance.now() - startedAt)) * 1_000;
  }

  private async deposit(walletId: string): Promise<number> {
    const n = this.sent;
    const amount = Money.of('10.00', EUR);
    const { result } = await this.store.execute({
      command: { type: 'Deposit', walletId, movementId: `mv_${n.toString(36).padStart(26, '0')}`, amount, details: {} },
      idempotencyKey: `key-${n}`,
      requestHash: REQUEST_HASH,
      caller: 'bench',
    });
    if (result.kind !== 'accepted') throw new Error(`a deposit was rejected: ${result.code}`);
    return result.wallets[0]!.version;
  }

  /** Runs work up to `times`, or until it says false, with IN_FLIGHT at once. */
  private async spread(times: number, work: (n: number) => Promise<unknown>): Promise<void> {
    let next = 0;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        while (next < times && (await work(next++)) !== false);
      }),
    );
  }
}

/** As long as a real one: base64url of 32 bytes. */
const REQUEST_HASH = 'A'.repeat(43);
