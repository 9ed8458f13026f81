import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import type { LogCursor } from '@tidemark/event-store';
import { overStrayLines, saveChanges, type LinesThere } from '../projection-tables.js';
import { moveCheckpoints, type Move } from './checkpoints.js';
import type { BuildChanges } from './fold-page.js';
import { park } from './parked.js';

/** A worker's hold on the shards of a region: their tokens. */
export interface Hold {
  readonly region: string;
  readonly leases: ReadonlyMap<number, string>;
}

/**
 * Writes what a page changes, and moves the checkpoints, in one transaction.
 *
 * @throws PageLost when a checkpoint or a shard is no longer this worker's: nothing is written
 */
export async function writePage(
  database: Database,
  { region, leases }: Hold,
  moves: readonly Move[],
  to: LogCursor,
  changes: readonly BuildChanges[],
): Promise<void> {
  const write = (over: LinesThere) =>
    database.transaction(async ({ query }) => {
      const connection = { query, engine: database.engine };
      await moveCheckpoints(connection, region, leases, moves, to);
      for (const each of changes) {
        await saveChanges(connection, each.build, region, each, over);
        await park(connection, each.build, region, each.stuck);
      }
    });
  // The checkpoints are the key that makes it safe to send again: what was written after all counts as lost then.
  await retryIdempotent(() => overStrayLines(write), { random: Math.random, sleep });
}
