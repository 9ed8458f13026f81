import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import fc from 'fast-check';

/**
 * A fault, and its place: at which of a worker's calls to its database (statements of a transaction count too), or
 * at which of its transactions. In the second case, the worker has decided all its writes on earlier reads.
 */
export interface Fault {
  readonly at: { readonly call: number } | { readonly transaction: number };
  readonly how:
    | 'dies before' // and never answers again
    | 'dies after'
    | 'loses the answer' // of one statement, or of COMMIT; the connection is cut
    | 'sleeps'; // while others take its leases and continue
}

const HOWS = ['dies before', 'dies after', 'loses the answer', 'sleeps'] as const satisfies Fault['how'][];

export function faults({
  callsMax,
  transactionsMax,
}: {
  callsMax: number;
  transactionsMax: number;
}): fc.Arbitrary<Fault> {
  const at = fc.oneof(fc.record({ call: fc.nat(callsMax) }), fc.record({ transaction: fc.nat(transactionsMax) }));
  return fc.record({ at, how: fc.constantFrom(...HOWS) });
}

/** A worker that sleeps with row locks cannot lose its shards before it wakes up. */
const SLEEP_MS_MAX = 500;

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A worker's database, with one fault. */
export class FaultyDatabase {
  dead = false;
  /** Resolves when `meanwhile` has ended. */
  woken: Promise<unknown> = Promise.resolve();
  private calls = 0;
  private transactions = 0;

  /** @param meanwhile runs while the worker sleeps */
  constructor(
    private readonly real: Database,
    private readonly fault: Fault,
    private readonly meanwhile: () => Promise<unknown>,
  ) {}

  get database(): Database {
    const { real } = this;
    const query =
      (send: Database['query']): Database['query'] =>
      (...given) =>
        this.call(false, () => send(...given) as Promise<never>);
    return {
      ...real,
      query: query(real.query),
      transaction: (work, options) =>
        this.call(true, () => real.transaction((client) => work({ query: query(client.query) }), options)),
    };
  }

  private async call<T>(isTransaction: boolean, send: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Killed();
    if (!this.isDue(isTransaction)) return send();
    switch (this.fault.how) {
      case 'dies before':
        this.dead = true;
        throw new Killed();
      case 'dies after':
        await send().finally(() => (this.dead = true));
        throw new Killed();
      case 'loses the answer':
        await send();
        throw Object.assign(new Error('the connection was cut'), { code: '08006' });
      case 'sleeps':
        this.woken = this.meanwhile();
        await Promise.race([this.woken, sleep(SLEEP_MS_MAX)]);
        return send();
    }
  }

  private isDue(isTransaction: boolean): boolean {
    const { at } = this.fault;
    const call = this.calls++;
    if ('call' in at) return call === at.call;
    return isTransaction && this.transactions++ === at.transaction;
  }
}
