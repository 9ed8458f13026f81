import { setImmediate as othersFirst } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { compareCursors } from '@tidemark/event-store';
import { type Build, type Changes, loadRows, type WalletRow } from '@tidemark/projections';
import { keyOf } from './checkpoints.js';
import { Decoder, foldStream, type Stuck } from './fold-stream.js';
import { promisedAfter, type Page } from './page.js';
import { parkedAmong } from './parked.js';
import type { Track } from './track.js';

/** A worker's hold on the shards of a region: their tokens. */
export interface Hold {
  readonly region: string;
  readonly leases: ReadonlyMap<number, string>;
}

/** What a page changes in one build. */
export interface BuildChanges extends Changes {
  readonly build: Build;
  readonly stuck: readonly Stuck[];
  /** Wallets with events in the page that are left out, because they are parked. */
  readonly leftOut: readonly string[];
  /** How many were applied. */
  readonly events: number;
  /** The shards in which the page has events for it. */
  readonly shards: ReadonlySet<number>;
}

/** Events folded in one turn of the event loop, some 2 ms: then other work of this process, such as a request, can run. */
const WALLETS_AT_ONCE = 200;

/**
 * Applies a page to each build, in memory.
 *
 * @param unwritten what the page before it changes, while that is still being written; nothing may be stuck in it
 * @throws ShardFromTheFuture; whatever the database says
 */
export async function foldPage(
  database: Database,
  { region, leases }: Hold,
  page: Page,
  tracks: readonly Track[],
  unwritten: readonly BuildChanges[] = [],
): Promise<BuildChanges[]> {
  const decoder = new Decoder();
  const walletIds = [...page.streams.keys()];
  const builds = tracks.map(({ build }) => build);
  const parked = await parkedAmong(database, builds, region, walletIds);
  const changes: BuildChanges[] = [];
  for (const [i, track] of tracks.entries()) {
    const { build } = track;
    const all = streamsFor(page, track, [...leases.keys()]);
    // Includes shards of parked wallets: a retry starts at the checkpoint, which must not be before the events skipped here.
    const shards = new Set([...all.values()].map(({ shard }) => shard));
    const leftOut = [...parked.get(keyOf(build))!].filter((walletId) => all.has(walletId));
    const streams = without(all, new Set(leftOut));
    const before = await rowsBefore(database, region, track, unwritten[i]?.rows ?? [], [...streams.keys()]);
    const folded = [];
    for (const [walletId, stream] of streams) {
      folded.push(await foldStream(database, build.projection, walletId, stream, before.get(walletId), decoder));
      if (folded.length % WALLETS_AT_ONCE === 0) await othersFirst();
    }
    changes.push({
      build,
      shards,
      leftOut,
      rows: folded.flatMap(({ row }) => row ?? []),
      lines: folded.flatMap(({ lines }) => lines),
      additions: folded.flatMap(({ additions }) => additions),
      events: folded.reduce((all, { events }) => all + events, 0),
      stuck: folded.flatMap(({ stuck }) => stuck ?? []),
    });
  }
  return changes;
}

/** The rows before a page: from the worker's cache, else from the table. */
async function rowsBefore(
  database: Database,
  region: string,
  { build, rows }: Track,
  unwritten: readonly WalletRow[],
  walletIds: readonly string[],
): Promise<ReadonlyMap<string, WalletRow>> {
  const before = new Map<string, WalletRow>();
  if (!build.projection.state) return before;
  const newest = new Map(unwritten.map((row) => [row.walletId, row]));
  const others: string[] = [];
  for (const walletId of walletIds) {
    const row = newest.get(walletId) ?? rows.get(walletId);
    if (row) before.set(walletId, row);
    else others.push(walletId);
  }
  for (const [walletId, row] of await loadRows(database, build, region, others)) before.set(walletId, row);
  return before;
}

/** After a take-over a build may stand further on in one shard than the page begins: it has seen some of it. */
function streamsFor(page: Page, { stored }: Track, shards: readonly number[]): Page['streams'] {
  const further = shards.filter((shard) => compareCursors(stored.get(shard)!, page.after) > 0);
  if (further.length === 0) return page.streams;
  const streams = new Map(page.streams);
  for (const shard of further) {
    const promised = promisedAfter(page, stored.get(shard)!, shard);
    for (const [walletId, stream] of page.streams) {
      if (stream.shard !== shard) continue;
      const later = promised.get(walletId);
      if (later) streams.set(walletId, { ...stream, ...later });
      else streams.delete(walletId);
    }
  }
  return streams;
}

function without(streams: Page['streams'], walletIds: ReadonlySet<string>): Page['streams'] {
  return walletIds.size === 0 ? streams : new Map([...streams].filter(([walletId]) => !walletIds.has(walletId)));
}
