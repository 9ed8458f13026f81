import { setImmediate as othersFirst } from 'node:timers/promises';
import pTimeout from 'p-timeout';

/** Too many lists are wanted at once. HTTP 503. */
export class ListsBusy extends Error {
  override readonly name = 'ListsBusy';
}

/**
 * Lists read at once: half of the pool, so that commands find a connection, and no more than 4. Each page takes some milliseconds
 * of the process's one thread, and more at once make no list faster, but every command slower: beside 100 readers without a bound
 * a deposit took 429 ms instead of 5. Fewer at once would leave a database that is far away idle between two lists.
 */
const AT_ONCE_MAX = 4;
/** Lists that wait. A request that waits has some kilobytes. */
const WAITING_MAX = 500;
/** How long a list waits for a turn. After that the caller gets 503 with `Retry-After`. The same time as for `minPosition`. */
const WAIT_MS_MAX = 5_000;

export interface ListLimits {
  readonly atOnce: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
}

/** @param connections of the pool that lists and commands share */
export function listLimits(connections: number): ListLimits {
  const atOnce = Math.max(1, Math.min(AT_ONCE_MAX, Math.floor(connections / 2)));
  return { atOnce, waitingMax: WAITING_MAX, waitMsMax: WAIT_MS_MAX };
}

/** Lets a few lists be read at a time, in the order in which they came. Commands and reads of one wallet wait for none of them. */
export class ListTurns {
  private running = 0;
  /** In order of arrival. A request that gives up leaves the queue. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly limits: ListLimits) {}

  /** @throws ListsBusy at once when too many wait, or after having waited too long; what `read` throws */
  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.running >= this.limits.atOnce) await this.turn();
    else this.running++;
    try {
      return await read();
    } finally {
      // After the answer is encoded, and after whatever else has arrived meanwhile: commands go first.
      void othersFirst().then(() => this.next());
    }
  }

  private turn(): Promise<void> {
    const { waitingMax, waitMsMax } = this.limits;
    if (this.waiting.size >= waitingMax) throw new ListsBusy(`${waitingMax} lists are waiting already`);
    const { promise, resolve: start } = Promise.withResolvers<void>();
    this.waiting.add(start);
    return pTimeout(promise, {
      milliseconds: waitMsMax,
      fallback: () => {
        this.waiting.delete(start);
        throw new ListsBusy(`other lists were not done within ${waitMsMax / 1_000} s`);
      },
    });
  }

  /** Hands the turn on. */
  private next(): void {
    const [first] = this.waiting;
    if (!first) return void this.running--;
    this.waiting.delete(first);
    first();
  }
}
