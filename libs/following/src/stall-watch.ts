import { compareCursors, type LogCursor } from '@tidemark/event-store';
import type { ShardCheckpoint } from './checkpoints.js';
import type { Lease } from './leases.js';

interface Seen {
  /** The token, and where each build stands. */
  readonly state: string;
  readonly since: number;
}

/**
 * So many times as long a shard may stand still in which the foremost build has nothing to follow and another one has: most
 * likely that one fails, and not its worker, and whoever took the shard would fail as well. But a worker may also have died
 * over it, and readers may see the one that is behind.
 */
const PATIENCE_WITH_OTHERS = 10;

/**
 * Finds the shards that stand still although there is something to follow. That is how a dead worker is told from a
 * living one: there are no heartbeats, nobody compares two machines' clocks, and an idle system writes nothing.
 */
export class StallWatch {
  private readonly seen = new Map<number, Seen>();

  /** @param patienceMs how long a shard may stand still */
  constructor(private readonly patienceMs: number) {}

  /** @param now milliseconds that only ever grow */
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
