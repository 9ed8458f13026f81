import type { Database } from '@tidemark/database';
import { compareCursors, PageSize, type LogCursor } from '@tidemark/event-store';
import { keyOf, type CheckpointMove, type Consumed } from './checkpoints.js';
import {
  HOLDING_NOTHING,
  isDefect,
  waitAfter,
  type Consumer,
  type FollowerObserver,
  type Holding,
} from './consumer.js';
import { foldPage, type BuildChanges } from './fold-page.js';
import { merged, packsOf, split, type FoldedPage, type Pack } from './packs.js';
import { readPage, type PageLimits } from './page.js';
import { trackOf, type Track } from './track.js';
import { writePage } from './write-page.js';

/** The builds of projections: each page's rows and checkpoints are written in one transaction. */
export class Projectors implements Consumer {
  private holding = HOLDING_NOTHING;
  private packs: Pack[] = [];
  private readonly size: PageSize;

  constructor(
    private readonly database: Database,
    private readonly region: string,
    private readonly options: {
      readonly observer: FollowerObserver;
      readonly limits: PageLimits;
      readonly advanceMs: number;
      readonly now: () => number;
    },
  ) {
    this.size = new PageSize(options.limits.eventsMax);
  }

  /** The packs, for what has to be written between two pages. */
  get following(): readonly Pack[] {
    return this.packs;
  }

  hold(holding: Holding): void {
    const { leases, builds, checkpoints } = holding;
    const tracked = this.packs.flatMap(({ tracks }) => tracks.map(({ build }) => keyOf(build)));
    const same = leases === this.holding.leases && tracked.sort().join() === builds.map(keyOf).sort().join();
    this.holding = holding;
    if (same) return;
    const tracks = builds.map((build) => {
      const own = (checkpoints.get(keyOf(build)) ?? []).filter(({ shard }) => leases.has(shard));
      return trackOf(build, new Map(own.map(({ shard, cursor }) => [shard, cursor])));
    });
    this.packs = packsOf(tracks, this.options.now());
  }

  async cycle(): Promise<boolean> {
    let worked = false;
    // The most advanced pack comes first. The others read up to its checkpoint, and are merged with it there.
    for (const pack of this.packs) {
      const front = this.packs[0]!.read;
      worked = (await this.goOn(pack, compareCursors(pack.read, front) < 0 ? front : undefined)) || worked;
    }
    this.packs = merged(this.packs);
    return worked;
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.packs.map(({ ahead }) => ahead));
  }

  /** @returns whether it had anything to do */
  private async goOn(pack: Pack, until: LogCursor | undefined): Promise<boolean> {
    if (this.options.now() < pack.notBefore) return false;
    try {
      const worked = await this.page(pack, until);
      pack.failures = 0;
      return worked;
    } catch (error) {
      // Discard what was folded after a page that could not be written. The known rows contain only written changes.
      pack.ahead = undefined;
      if (!isDefect(error)) throw error;
      // A projection that cannot be written must not stop the others.
      if (pack.tracks.length > 1) this.packs = this.packs.flatMap((each) => (each === pack ? split(pack) : [each]));
      else this.failed(pack, error);
      return true;
    }
  }

  private async page(pack: Pack, until: LogCursor | undefined): Promise<boolean> {
    const { database, region, options } = this;
    const { leases } = this.holding;
    const folded = (await pack.ahead) ?? (await this.folded(pack, pack.read, until));
    pack.ahead = undefined;
    const overdue = options.now() - pack.advancedAt >= options.advanceMs;
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
    const tracks = new Map<Consumed, Track>(pack.tracks.map((track) => [track.build, track]));
    for (const { build, shard } of moves) tracks.get(build)!.stored.set(shard, to);
    for (const { build, rows } of changes) {
      for (const row of rows) tracks.get(build)!.rows.set(row.walletId, row);
    }
    pack.read = to;
    if (overdue) pack.advancedAt = options.now();
    this.report(changes);
    return folded !== undefined;
  }

  /** Whether to prefetch the next page. A wallet that failed has to be parked first. */
  private foldsAhead(changes: readonly BuildChanges[]): boolean {
    const { aheadFrom } = this.options.limits;
    return changes.every(({ stuck }) => stuck.length === 0) && changes.some(({ events }) => events >= aheadFrom);
  }

  /** The next page. @param unwritten what the one before it changes, if that is still being written */
  private async folded(
    { tracks }: Pack,
    after: LogCursor,
    until: LogCursor | undefined,
    unwritten?: readonly BuildChanges[],
  ): Promise<FoldedPage | undefined> {
    const { database, region } = this;
    const { leases } = this.holding;
    const limits = { ...this.options.limits, eventsMax: this.size.events };
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

  private failed(pack: Pack, error: unknown): void {
    pack.failures++;
    pack.notBefore = this.options.now() + waitAfter(pack.failures);
    this.options.observer.failed(pack.tracks[0]!.build.projection.name, this.region, error);
    if (this.packs.every(({ failures }) => failures > 0)) throw error;
  }
}
