import type { Database } from '@tidemark/database';
import type { Projection } from '@tidemark/projections';
import { keyOf, PageLost } from './checkpoints.js';
import type { WorkerIdentity } from './claims.js';
import { FOLLOWER_TIMES, HOLDING_NOTHING } from './consumer.js';
import type { Consumer, FollowerObserver, FollowerTimes } from './consumer.js';
import { ShardFromTheFuture } from './fold-stream.js';
import { followedBuilds, openRegion } from './followed-builds.js';
import { PAGE_LIMITS, type PageLimits } from './page.js';
import { Projectors } from './projectors.js';
import { Reacting } from './reacting.js';
import { reactorBuild, type Reactions } from './reactor.js';
import { retryAllParked } from './retry-all-parked.js';
import { ShardHolder } from './shard-holder.js';

export interface FollowerOptions {
  readonly projections: readonly Projection[];
  /** Absent: none. */
  readonly reactions?: Reactions;
  readonly me: WorkerIdentity;
  readonly observer: FollowerObserver;
  readonly limits?: PageLimits;
  readonly times?: FollowerTimes;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic?: () => number;
}

/** Follows the log of one region with every consumer, in the shards that this worker holds. */
export class RegionFollower {
  private surveyedAt = -Infinity;
  private opened = '';
  private readonly times: FollowerTimes;
  private readonly now: () => number;
  private readonly holder: ShardHolder;
  private readonly projectors: Projectors;
  /** Reactors come first: they run in the background, and the error of a projector would end the round before them. */
  private readonly consumers: readonly Consumer[];

  constructor(
    private readonly database: Database,
    readonly region: string,
    private readonly options: FollowerOptions,
  ) {
    const { me, observer, reactions, limits = PAGE_LIMITS } = options;
    this.times = options.times ?? FOLLOWER_TIMES;
    this.now = options.monotonic ?? (() => performance.now());
    this.holder = new ShardHolder(database, region, me, this.times, this.now);
    const each = { observer, limits, advanceMs: this.times.advanceMs, now: this.now };
    this.projectors = new Projectors(database, region, each);
    const reactors = reactions?.reactors ?? [];
    this.consumers = [
      ...reactors.map((reactor) => new Reacting(database, region, reactor, { ...each, send: reactions!.send })),
      this.projectors,
    ];
  }

  /** The shards that this worker holds. */
  get shards(): number[] {
    return [...this.holder.leases.keys()];
  }

  /**
   * One round: reads leases and builds if that is due, then lets each consumer continue.
   *
   * @returns whether there was anything to do
   * @throws what the database says when it answers nothing, or no build can be written
   */
  async cycle(): Promise<boolean> {
    try {
      if (this.now() - this.surveyedAt >= this.times.surveyMs) await this.survey();
      let worked = false;
      for (const consumer of this.consumers) worked = (await consumer.cycle()) || worked;
      return worked;
    } catch (error) {
      if (error instanceof ShardFromTheFuture) {
        this.options.observer.failed('every projection', this.region, error);
        await this.holder.giveBack(error.shard);
      } else if (!(error instanceof PageLost)) throw error;
      this.forget();
      return true;
    }
  }

  /** Ends what is in flight, and releases all leases, so that other workers need not wait for `stallMs`. */
  async release(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await this.holder.release();
    this.forget();
  }

  private async survey(): Promise<void> {
    const { database, region, options, holder, projectors } = this;
    const builds = await followedBuilds(database, options.projections, region);
    const reactors = options.reactions?.reactors ?? [];
    const consumed = [...builds, ...reactors.map(reactorBuild)];
    const names = consumed.map(keyOf).join();
    if (names !== this.opened) await openRegion(database, region, builds, reactors);
    this.opened = names;
    const checkpoints = await holder.look(consumed);
    const { leases } = holder;
    for (const consumer of this.consumers) consumer.hold({ leases, builds, checkpoints });
    this.surveyedAt = this.now();
    if (leases.size > 0) await retryAllParked(database, { region, leases }, projectors.following, options.observer);
  }

  /** The leases in memory may be out of date: read them again before the next page. */
  private forget(): void {
    this.holder.forget();
    for (const consumer of this.consumers) consumer.hold(HOLDING_NOTHING);
    this.surveyedAt = -Infinity;
  }
}
