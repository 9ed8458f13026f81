import { compareCursors, type LogCursor } from '@tidemark/event-store';
import type { ShardCheckpoint } from './checkpoints.js';
import type { Lease } from './leases.js';

interface Seen {
  readonly token: string;
  readonly cursor: LogCursor;
  readonly since: number;
}

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
    // A build that cannot go on (it fails, or has far to go) says nothing about its worker: the foremost one counts.
    const foremost = new Map<number, LogCursor>();
    for (const { shard, cursor } of [...checkpoints.values()].flat()) {
      const known = foremost.get(shard);
      if (!known || compareCursors(cursor, known) > 0) foremost.set(shard, cursor);
    }
    const stalled = new Set<number>();
    for (const { shard, token } of leases) {
      const cursor = foremost.get(shard);
      if (!cursor || !head || compareCursors(cursor, head) >= 0) {
        this.seen.delete(shard);
        continue;
      }
      const before = this.seen.get(shard);
      if (before?.token === token && compareCursors(before.cursor, cursor) === 0) {
        if (now - before.since >= this.patienceMs) stalled.add(shard);
      } else {
        this.seen.set(shard, { token, cursor, since: now });
      }
    }
    return stalled;
  }
}
