import type { Database } from '@tidemark/database';
import { readHead } from '@tidemark/event-store';
import { keyOf, readCheckpoints, type Consumed, type ShardCheckpoint } from './checkpoints.js';
import { leasesToTake, ownerOf, type WorkerIdentity } from './claims.js';
import type { FollowerTimes } from './consumer.js';
import { changeOwner, readLeases, type Lease } from './leases.js';
import { StallWatch } from './stall-watch.js';

/** The shards of a region that this worker holds: it takes them, loses them and gives them up. */
export class ShardHolder {
  private held: ReadonlyMap<number, string> = new Map();
  /** Shards that this worker leaves alone, and until when. */
  private readonly avoided = new Map<number, number>();
  private readonly stalls: StallWatch;

  constructor(
    private readonly database: Database,
    private readonly region: string,
    private readonly me: WorkerIdentity,
    private readonly times: Pick<FollowerTimes, 'stallMs' | 'avoidMs'>,
    private readonly now: () => number,
  ) {
    this.stalls = new StallWatch(times.stallMs);
  }

  /** The token of each shard that is held. The same map as long as nothing has changed. */
  get leases(): ReadonlyMap<number, string> {
    return this.held;
  }

  /**
   * Looks who has which shard, and takes what this worker should have.
   *
   * @param consumers that this worker follows the log with: whether a shard stands still is seen by their checkpoints
   * @returns the checkpoints of everything that is followed, read together with the leases
   */
  async look(consumers: readonly Consumed[]): Promise<ReadonlyMap<string, readonly ShardCheckpoint[]>> {
    const before = await this.read(consumers);
    const { leases, stalled } = before;
    const avoided = new Set(this.avoided.keys());
    const taken = leasesToTake({ me: this.me, region: this.region, leases, stalled, avoided });
    await changeOwner(this.database, this.region, taken, ownerOf(this.me));
    // What was lost to others meanwhile is for the next time.
    const after = taken.length > 0 ? await this.read(consumers) : before;
    const mine = after.leases.filter(({ owner }) => owner === ownerOf(this.me));
    const held = new Map(mine.map(({ shard, token }) => [shard, token]));
    if (signature(held) !== signature(this.held)) this.held = held;
    return after.checkpoints;
  }

  /** Gives a shard up, and leaves it alone for a while. */
  async giveBack(shard: number): Promise<void> {
    this.avoided.set(shard, this.now() + this.times.avoidMs);
    await this.giveUp((each) => each.shard === shard);
  }

  /** Gives all shards up, so that others need not wait for them to stall. */
  release(): Promise<void> {
    return this.giveUp(() => true);
  }

  /** What this worker believes to hold may not be so. */
  forget(): void {
    this.held = new Map();
  }

  private async read(consumers: readonly Consumed[]) {
    const { database, region } = this;
    const [leases, checkpoints, head] = await Promise.all([
      readLeases(database, region),
      readCheckpoints(database, region),
      readHead(database, region),
    ]);
    const now = this.now();
    for (const [shard, until] of this.avoided) if (until <= now) this.avoided.delete(shard);
    const known = new Set(consumers.map(keyOf));
    const followed = new Map([...checkpoints].filter(([key]) => known.has(key)));
    return { leases, checkpoints, stalled: this.stalls.look({ leases, checkpoints: followed, head, now }) };
  }

  private async giveUp(which: (lease: Lease) => boolean): Promise<void> {
    const own = [...this.held].map(([shard, token]) => ({ shard, token, owner: ownerOf(this.me) }));
    await changeOwner(this.database, this.region, own.filter(which), null);
  }
}

function signature(leases: ReadonlyMap<number, string>): string {
  return [...leases].map(([shard, token]) => `${shard}:${token}`).join();
}
