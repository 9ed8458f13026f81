import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import type { BookedLine, MovementSearch } from '@tidemark/wallet';
import { BatchedReads } from './batched-reads.js';
import { findMovements, MovementsBehind } from './booked-movements.js';
import { DEFAULT_LIMITS } from './limits.js';
import { LogUnavailable } from './outcome.js';

/** Searches in one query. Each brings the events that the projection has not seen too, up to 500: some megabytes together. */
const SEARCHES_MAX = 20;
/** Pause between two reads while the projection is behind. */
const PAUSE_MS = 50;

/** Finds booked movements; searches that come at the same time share a query. */
export class MovementFinder {
  private readonly reads: BatchedReads<MovementSearch, readonly BookedLine[]>;

  /** @param regions that the log has rows of */
  constructor(
    database: Database,
    regions: readonly string[],
    private readonly deadlineMs = DEFAULT_LIMITS.commandDeadlineMs,
  ) {
    const environment = { limits: DEFAULT_LIMITS, monotonic, sleep, random: () => randomInt(2 ** 32) / 2 ** 32 };
    this.reads = new BatchedReads<MovementSearch, readonly BookedLine[]>(
      environment,
      SEARCHES_MAX,
      async (searches) => {
        const found = await findMovements(database, regions, searches);
        return new Map(searches.map((search, i) => [textOf(search), found[i]!]));
      },
    );
  }

  /**
   * The lines of a movement, the earliest first; none where the log has no such movement.
   *
   * @throws LogUnavailable when the statement stays behind for longer than a command may take; whatever the database says
   */
  async find(search: MovementSearch): Promise<readonly BookedLine[]> {
    const deadline = monotonic() + this.deadlineMs;
    for (;;) {
      try {
        return await this.reads.one(textOf(search), search, deadline);
      } catch (error) {
        if (!(error instanceof MovementsBehind)) throw error;
        if (monotonic() > deadline) throw new LogUnavailable(`${error.message}; nothing was written`);
        await sleep(PAUSE_MS);
      }
    }
  }
}

const monotonic = () => performance.now();

function textOf({ walletId = '', movementId }: MovementSearch): string {
  return `${walletId}\n${movementId}`;
}
