import { compareCursors, type LogCursor } from '@tidemark/event-store';
import type { ShardCheckpoint } from './checkpoints.js';
import type { Lease } from './leases.js';

interface Seen {
  /** The token of the lease, and the checkpoint of each build. */
  readonly state: string;
  readonly since: number;
}

/**
 * Factor on the patience for a shard in which the most advanced build is up to date and only another build is behind. Most likely
 * that build fails and not the worker, and the next worker would fail, too. But the worker may have died, and the build that is
 * behind may be the live one, so the wait is longer and not endless.
 */
const PATIENCE_WITH_OTHERS = 10;

/**
 * Finds the shards that have events to apply and whose checkpoint does not move. This detects a dead worker without heartbeats
 * and without comparing clocks of two machines. An idle system writes nothing.
 */
export class StallWatch {
  private readonly seen = new Map<number, Seen>();

  /** @param patienceMs how long the checkpoint of a shard may stay unchanged */
  constructor(private readonly patienceMs: number) {}

  /** @param now milliseconds of a monotonic clock */
  look({
    leases,
    checkpoints,
    head,
    now,
  }: {
    readonly leases: readonly Lease[];
    readonly checkpoints: ReadonlyMap<string, readonly ShardCheckpoint[]>;
    readonly head: LogCursor | undefined;
    readonly now: number;
  }): Set<number> {
    const cursors = Map.groupBy([...checkpoints.values()].flat(), ({ shard }) => shard);
    const stalled = new Set<number>();
    for (const { shard, token } of leases) {
      const builds = (cursors.get(shard) ?? []).map(({ cursor }) => cursor);
      const behind = builds.filter((cursor) => head && compareCursors(cursor, head) < 0);
      if (behind.length === 0) {
        this.seen.delete(shard);
        continue;
      }
      const state = [token, ...builds.map(({ position, commitId }) => `${position} ${commitId}`)].join();
      const before = this.seen.get(shard);
      if (before?.state !== state) {
        this.seen.set(shard, { state, since: now });
        continue;
      }
      const patience = behind.length === builds.length ? 1 : PATIENCE_WITH_OTHERS;
      if (now - before.since >= patience * this.patienceMs) stalled.add(shard);
    }
    return stalled;
  }
}
