import { classify, type Database } from '@tidemark/database';
import { compareCursors, PageSize, readHead, shardOf, type LogCursor } from '@tidemark/event-store';
import type { Projection } from '@tidemark/projections';
import { keyOf, PageLost, readCheckpoints, type CheckpointMove } from './checkpoints.js';
import { leasesToTake, ownerOf, type WorkerIdentity } from './claims.js';
import { ShardFromTheFuture } from './fold-stream.js';
import { followedBuilds, openRegion } from './followed-builds.js';
import { changeOwner, readLeases, type Lease } from './leases.js';
import { foldPage, type BuildChanges } from './fold-page.js';
import { merged, packsOf, split, type FoldedPage, type Pack } from './packs.js';
import { PAGE_LIMITS, readPage, type PageLimits } from './page.js';
import { parkedToRetry, type ParkedWallet } from './parked.js';
import { parkAgain, retryParked } from './retry-parked.js';
import { StallWatch } from './stall-watch.js';
import { trackOf, type Track } from './track.js';
import { writePage } from './write-page.js';

export interface FollowerOptions {
  readonly projections: readonly Projection[];
  readonly me: WorkerIdentity;
  readonly observer: FollowerObserver;
  readonly limits?: PageLimits;
  readonly times?: FollowerTimes;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic?: () => number;
}

/** All in milliseconds. */
export interface FollowerTimes {
  /** How often a worker reads all leases and builds. */
  readonly surveyMs: number;
  /** How often the checkpoints of shards without events are moved, instead of at every page. */
  readonly advanceMs: number;
  /** If a shard has events to apply and its checkpoint does not move for this time, any worker may take it. Well above `advanceMs`. */
  readonly stallMs: number;
  /** For how long a worker does not take a shard that has events of a newer version. */
  readonly avoidMs: number;
}

export const FOLLOWER_TIMES: FollowerTimes = { surveyMs: 1_000, advanceMs: 1_000, stallMs: 4_000, avoidMs: 30_000 };

export interface FollowerObserver {
  applied(projection: string, region: string, events: number): void;
  parked(projection: string, region: string, walletId: string, reason: string): void;
  /** The worker retries by itself after a pause; nothing is skipped. */
  failed(projection: string, region: string, error: unknown): void;
}

/** Parked wallets that are retried at a time. */
const RETRIES_MAX = 100;
/** The longest pause of a build that fails. The pause doubles with each failure. */
const FAILURE_WAIT_MAX_MS = 5_000;
const FAILURE_WAIT_MS = 50;

/** Applies the log of one region to every followed build, in the shards that this worker holds. */
export class RegionFollower {
  private leases = new Map<number, string>();
  private packs: Pack[] = [];
  private surveyedAt = -Infinity;
  private opened = '';
  private readonly avoided = new Map<number, number>();
  private readonly times: FollowerTimes;
  private readonly stalls: StallWatch;
  private readonly now: () => number;
  private readonly limits: PageLimits;
  private readonly size: PageSize;

  constructor(
    private readonly database: Database,
    readonly region: string,
    private readonly options: FollowerOptions,
  ) {
    this.times = options.times ?? FOLLOWER_TIMES;
    this.stalls = new StallWatch(this.times.stallMs);
    this.now = options.monotonic ?? (() => performance.now());
    this.limits = options.limits ?? PAGE_LIMITS;
    this.size = new PageSize(this.limits.eventsMax);
  }

  /** The shards that this worker holds. */
  get shards(): number[] {
    return [...this.leases.keys()];
  }

  /**
   * One round: reads leases and builds if that is due, then applies one page to each build.
   *
   * @returns whether there was anything to do
   * @throws what the database says when it answers nothing, or no build can be written
   */
  async cycle(): Promise<boolean> {
    if (this.now() - this.surveyedAt >= this.times.surveyMs) await this.survey();
    let worked = false;
    // The most advanced pack comes first. The others read up to its checkpoint, and are merged with it there.
    for (const pack of this.packs) {
      const front = this.packs[0]?.read;
      if (!front) break; // it has just lost a shard: the packs are out of date
      worked = (await this.goOn(pack, compareCursors(pack.read, front) < 0 ? front : undefined)) || worked;
    }
    this.packs = merged(this.packs);
    return worked;
  }

  /** Releases all leases, so that other workers need not wait for `stallMs`. */
  async release(): Promise<void> {
    await Promise.allSettled(this.packs.map(({ ahead }) => ahead));
    await changeOwner(this.database, this.region, this.held(), null);
    this.forget();
  }

  /** @param taking false right after leases were taken: leases lost to other workers meanwhile are taken at the next survey */
  private async survey(taking = true): Promise<void> {
    const { database, region, options } = this;
    const me = ownerOf(options.me);
    const builds = await followedBuilds(database, options.projections, region);
    const names = builds.map(keyOf).join();
    if (names !== this.opened) await openRegion(database, region, builds);
    this.opened = names;
    const [leases, checkpoints, head] = await Promise.all([
      readLeases(database, region),
      readCheckpoints(database, region),
      readHead(database, region),
    ]);
    const now = this.now();
    for (const [shard, until] of this.avoided) if (until <= now) this.avoided.delete(shard);
    const stalled = this.stalls.look({ leases, checkpoints, head, now });
    const avoided = new Set(this.avoided.keys());
    const taken = leasesToTake({ me: options.me, region, leases, stalled, avoided });
    if (taken.length > 0 && taking) {
      await changeOwner(database, region, taken, me);
      return this.survey(false);
    }
    const mine = new Map(leases.filter(({ owner }) => owner === me).map(({ shard, token }) => [shard, token]));
    const tracked = this.packs.flatMap(({ tracks }) => tracks.map(({ build }) => keyOf(build)));
    if (signature(mine) !== signature(this.leases) || tracked.sort().join() !== builds.map(keyOf).sort().join()) {
      this.leases = mine;
      const tracks = builds.map((build) => {
        const known = checkpoints.get(keyOf(build)) ?? [];
        const own = known.filter(({ shard }) => mine.has(shard));
        return trackOf(build, new Map(own.map(({ shard, cursor }) => [shard, cursor])));
      });
      this.packs = packsOf(tracks, now);
    }
    this.surveyedAt = now;
    if (mine.size > 0) await this.retryParked();
  }

  /** @returns whether it had anything to do */
  private async goOn(pack: Pack, until: LogCursor | undefined): Promise<boolean> {
    if (this.now() < pack.notBefore) return false;
    try {
      const worked = await this.page(pack, until);
      pack.failures = 0;
      return worked;
    } catch (error) {
      // Discard what was folded after a page that could not be written. The known rows contain only written changes.
      pack.ahead = undefined;
      if (error instanceof PageLost) this.forget();
      else if (error instanceof ShardFromTheFuture) await this.giveBack(error);
      else if (!isDefect(error)) throw error;
      // A projection that cannot be written must not stop the others.
      else if (pack.tracks.length > 1)
        this.packs = this.packs.flatMap((each) => (each === pack ? split(pack) : [each]));
      else this.failed(pack, error);
      return true;
    }
  }

  private async page(pack: Pack, until: LogCursor | undefined): Promise<boolean> {
    const { database, region, leases } = this;
    const folded = (await pack.ahead) ?? (await this.folded(pack, pack.read, until));
    pack.ahead = undefined;
    const overdue = this.now() - pack.advancedAt >= this.times.advanceMs;
    if (!folded && !overdue) return false;
    const { to, changes } = folded ?? { to: pack.read, changes: [] };
    const moves = pack.tracks.flatMap(({ build, stored }, i): CheckpointMove[] =>
      [...stored]
        .filter(([shard, from]) => (overdue || changes[i]?.shards.has(shard)) && compareCursors(from, to) < 0)
        .map(([shard, from]) => ({ build, shard, from })),
    );
    if (this.foldsAhead(changes)) {
      pack.ahead = this.folded(pack, to, until, changes);
      pack.ahead.catch(() => undefined); // it is thrown where it is awaited
    }
    if (moves.length > 0) await writePage(database, { region, leases }, moves, to, changes);
    const tracks = new Map(pack.tracks.map((track) => [track.build, track]));
    for (const { build, shard } of moves) tracks.get(build)!.stored.set(shard, to);
    for (const { build, rows } of changes) {
      for (const row of rows) tracks.get(build)!.rows.set(row.walletId, row);
    }
    pack.read = to;
    if (overdue) pack.advancedAt = this.now();
    this.report(changes);
    return folded !== undefined;
  }

  /** Whether to prefetch the next page. A wallet that failed has to be parked first. */
  private foldsAhead(changes: readonly BuildChanges[]): boolean {
    const { aheadFrom } = this.limits;
    return changes.every(({ stuck }) => stuck.length === 0) && changes.some(({ events }) => events >= aheadFrom);
  }

  /** The next page. @param unwritten what the one before it changes, if that is still being written */
  private async folded(
    { tracks }: Pack,
    after: LogCursor,
    until: LogCursor | undefined,
    unwritten?: readonly BuildChanges[],
  ): Promise<FoldedPage | undefined> {
    const { database, region, leases } = this;
    const limits = { ...this.limits, eventsMax: this.size.events };
    const shards = new Set(leases.keys());
    const page = await readPage(database, region, { after, ...(until && { until }), shards, limits });
    if (page) this.size.learn(page);
    const last = page?.commits.at(-1);
    if (!page || !last) return undefined;
    // Do not prefetch past `until`, or both builds stay one page apart for ever.
    if (unwritten && until && compareCursors(last, until) >= 0) return undefined;
    const changes = await foldPage(database, { region, leases }, page, tracks, unwritten);
    return { to: { position: last.position, commitId: last.commitId }, changes };
  }

  private report(changes: readonly BuildChanges[]): void {
    const { observer } = this.options;
    for (const { build, events, stuck } of changes) {
      if (events > 0) observer.applied(build.projection.name, this.region, events);
      for (const { walletId, reason } of stuck) observer.parked(build.projection.name, this.region, walletId, reason);
    }
  }

  private async retryParked(): Promise<void> {
    const { database, region } = this;
    const tracks = this.packs.flatMap((pack) => pack.tracks);
    const found = await parkedToRetry(database, region, this.shards, RETRIES_MAX);
    const toRetry = found.flatMap((parked): ToRetry[] => {
      const track = tracks.find(({ build }) => keyOf(build) === `${parked.projection}/${parked.generation}`);
      const cursor = track?.stored.get(shardOf(parked.walletId));
      return track && cursor ? [{ parked, track, cursor }] : [];
    });
    // A page that was folded while they were parked has left them out.
    if (toRetry.length > 0) for (const pack of this.packs) pack.ahead = undefined;
    try {
      for (const each of toRetry) await this.retry(each);
    } catch (error) {
      if (error instanceof PageLost) this.forget();
      else if (error instanceof ShardFromTheFuture) await this.giveBack(error);
      else throw error;
    }
  }

  private async retry({ parked, track, cursor }: ToRetry): Promise<void> {
    const { database, region, leases } = this;
    track.rows.delete(parked.walletId);
    try {
      await retryParked(database, { region, leases }, track.build, cursor, parked);
    } catch (error) {
      if (error instanceof PageLost || error instanceof ShardFromTheFuture || !isDefect(error)) throw error;
      // An error of one wallet must not stop the others.
      const reason = error instanceof Error ? error.message : String(error);
      await parkAgain(database, { region, leases }, track.build, cursor, { ...parked, reason });
      this.options.observer.failed(track.build.projection.name, region, error);
    }
  }

  private failed(pack: Pack, error: unknown): void {
    pack.failures++;
    pack.notBefore = this.now() + Math.min(FAILURE_WAIT_MAX_MS, FAILURE_WAIT_MS * 2 ** pack.failures);
    this.options.observer.failed(pack.tracks[0]!.build.projection.name, this.region, error);
    if (this.packs.every(({ failures }) => failures > 0)) throw error;
  }

  private async giveBack(error: ShardFromTheFuture): Promise<void> {
    this.options.observer.failed('every projection', this.region, error);
    this.avoided.set(error.shard, this.now() + this.times.avoidMs);
    const given = this.held().filter(({ shard }) => shard === error.shard);
    await changeOwner(this.database, this.region, given, null);
    this.forget();
  }

  /** The leases in memory may be out of date: read them again before the next page. */
  private forget(): void {
    this.leases = new Map();
    this.packs = [];
    this.surveyedAt = -Infinity;
  }

  private held(): Lease[] {
    return [...this.leases].map(([shard, token]) => ({ shard, token, owner: ownerOf(this.options.me) }));
  }
}

/** A parked wallet to retry, in a build, and the checkpoint up to which this worker has followed it. */
interface ToRetry {
  readonly parked: ParkedWallet;
  readonly track: Track;
  readonly cursor: LogCursor;
}

/** Whether an error is permanent, and not an unavailable database. */
function isDefect(error: unknown): boolean {
  return ['defect', 'unique_violation'].includes(classify(error, 'read').class);
}

function signature(leases: ReadonlyMap<number, string>): string {
  return [...leases].map(([shard, token]) => `${shard}:${token}`).join();
}
