import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { compareCursors, shardOf, type LogCursor } from '@tidemark/event-store';
import { loadRows, overStrayLines, saveChanges, type Changes, type LinesThere } from '../projection-tables.js';
import type { Build } from '../projection.js';
import { keyOf, moveCheckpoints, type Move } from './checkpoints.js';
import { Decoder, foldStream, type Stuck } from './fold-stream.js';
import { promisedAfter, type Page, type Stream } from './page.js';
import { park, parkedAmong } from './parked.js';

/** A build, and where this worker has left it in each of its shards. */
export interface Track {
  readonly build: Build;
  readonly stored: Map<number, LogCursor>;
}

/** A worker's hold on the shards of a region: their tokens. */
export interface Hold {
  readonly region: string;
  readonly leases: ReadonlyMap<number, string>;
}

/** What a page changes in one build. */
export interface BuildChanges extends Changes {
  readonly build: Build;
  readonly stuck: readonly Stuck[];
  /** How many were applied. */
  readonly events: number;
  /** The shards in which the page has events for it. */
  readonly shards: ReadonlySet<number>;
}

/** Applies a page to a build, in memory. @throws ShardFromTheFuture; whatever the database says */
export async function foldPage(
  database: Database,
  { region, leases }: Hold,
  page: Page,
  tracks: readonly Track[],
): Promise<BuildChanges[]> {
  const decoder = new Decoder();
  const walletIds = [...page.streams.keys()];
  const builds = tracks.map(({ build }) => build);
  const parked = walletIds.length === 0 ? new Map() : await parkedAmong(database, builds, region, walletIds);
  const changes: BuildChanges[] = [];
  for (const { build, stored } of tracks) {
    const streams = streamsFor(page, stored, [...leases.keys()]);
    // Those of parked wallets too: a retry begins where the checkpoint is, and must not begin before what was left out here.
    const shards = new Set([...streams.keys()].map(shardOf));
    for (const walletId of parked.get(keyOf(build)) ?? []) streams.delete(walletId);
    const before = await loadRows(database, build, region, [...streams.keys()]);
    const folded = [];
    for (const [walletId, stream] of streams) {
      folded.push(await foldStream(database, build.projection, walletId, stream, before.get(walletId), decoder));
    }
    changes.push({
      build,
      shards,
      rows: folded.flatMap(({ row }) => row ?? []),
      lines: folded.flatMap(({ lines }) => lines),
      additions: folded.flatMap(({ additions }) => additions),
      events: folded.reduce((all, { events }) => all + events, 0),
      stuck: folded.flatMap(({ stuck }) => stuck ?? []),
    });
  }
  return changes;
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

/** After a take-over a build may stand further on in one shard than the page begins: it has seen some of it. */
function streamsFor(page: Page, stored: Track['stored'], shards: readonly number[]): Map<string, Stream> {
  const streams = new Map(page.streams);
  for (const shard of shards) {
    const cursor = stored.get(shard)!;
    if (compareCursors(cursor, page.after) <= 0) continue;
    const promised = promisedAfter(page, cursor, shard);
    for (const [walletId, stream] of page.streams) {
      if (shardOf(walletId) !== shard) continue;
      const ranges = promised.get(walletId);
      if (ranges) streams.set(walletId, { ...stream, promised: ranges });
      else streams.delete(walletId);
    }
  }
  return streams;
}
