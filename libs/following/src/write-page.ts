import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import type { LogCursor } from '@tidemark/event-store';
import { type Connection, type LinesThere, overStrayLines, saveChanges } from '@tidemark/projections';
import { keyOf, moveCheckpoints, PageLost, type CheckpointMove } from './checkpoints.js';
import type { BuildChanges, Hold } from './fold-page.js';
import { park, parkedAmong } from './parked.js';

/**
 * Writes what a page changes, and moves the checkpoints, in one transaction.
 *
 * @throws PageLost when a checkpoint or a shard is no longer this worker's: nothing is written
 */
export async function writePage(
  database: Database,
  { region, leases }: Hold,
  moves: readonly CheckpointMove[],
  to: LogCursor,
  changes: readonly BuildChanges[],
): Promise<void> {
  const write = (over: LinesThere) =>
    database.transaction(async ({ query }) => {
      const connection = { query, engine: database.engine };
      await moveCheckpoints(connection, region, leases, moves, to);
      await requireParked(connection, region, changes);
      for (const each of changes) {
        await saveChanges(connection, each.build, region, each, over);
        await park(connection, each.build, region, each.stuck);
      }
    });
  // The checkpoints make a retry safe: if the first attempt committed, the second fails with PageLost.
  await retryIdempotent(() => overStrayLines(write), { random: Math.random, sleep });
}

/**
 * Nobody tries a wallet again while its checkpoint is locked. One that was, after the page was folded, by a worker that did not
 * live to hear of it, has to have this page's events.
 *
 * @throws PageLost
 */
async function requireParked(
  { query }: Pick<Connection, 'query'>,
  region: string,
  changes: readonly BuildChanges[],
): Promise<void> {
  const leavingOut = changes.filter(({ leftOut }) => leftOut.length > 0);
  if (leavingOut.length === 0) return;
  const builds = leavingOut.map(({ build }) => build);
  const parked = await parkedAmong({ query }, builds, region, [
    ...new Set(leavingOut.flatMap(({ leftOut }) => leftOut)),
  ]);
  for (const { build, leftOut } of leavingOut) {
    const still = parked.get(keyOf(build))!;
    if (!leftOut.every((walletId) => still.has(walletId))) throw new PageLost('a wallet is parked no more');
  }
}
