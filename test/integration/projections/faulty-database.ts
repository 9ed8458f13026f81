import type { Database } from '@tidemark/database';
import fc from 'fast-check';

/** What goes wrong, at which of a worker's calls to its database (the statements of a transaction count, too). */
export interface Fault {
  readonly at: number;
  readonly how:
    | 'dies before' // and never says anything again
    | 'dies after'
    | 'loses the answer' // of one statement, or of COMMIT; the connection is cut
    | 'sleeps'; // while others take what it holds, and go on
}

const HOWS = ['dies before', 'dies after', 'loses the answer', 'sleeps'] as const satisfies Fault['how'][];

export function faults({ callsMax }: { callsMax: number }): fc.Arbitrary<Fault> {
  return fc.record({ at: fc.nat(callsMax), how: fc.constantFrom(...HOWS) });
}

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A worker's database, with one fault. */
export class FaultyDatabase {
  dead = false;
  private calls = 0;

  /** @param meanwhile what happens while the worker sleeps */
  constructor(
    private readonly real: Database,
    private readonly fault: Fault,
    private readonly meanwhile: () => Promise<unknown>,
  ) {}

  get database(): Database {
    const { real } = this;
    return {
      ...real,
      query: (...given) => this.call(() => real.query(...given) as Promise<never>),
      transaction: (work, options) =>
        this.call(() =>
          real.transaction(
            ({ query }) => work({ query: (...given) => this.call(() => query(...given) as Promise<never>) }),
            options,
          ),
        ),
    };
  }

  private async call<T>(send: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Killed();
    if (this.calls++ !== this.fault.at) return send();
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
        await this.meanwhile();
        return send();
    }
  }
}
