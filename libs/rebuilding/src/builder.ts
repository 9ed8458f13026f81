import type { Database } from '@tidemark/database';
import { keyOf, ownerOf, PageLost, type WorkerIdentity } from '@tidemark/following';
import type { Projection } from '@tidemark/projections';
import { buildRange, BUILD_PAGE_EVENTS } from './build-range.js';
import { claimRange, openRanges, touchRange, type BuildRange } from './build-ranges.js';
import { LATENCY_RATIO_MAX, LatencyThrottle } from './latency-throttle.js';

/** A range without progress for this time may be taken by another worker. A page takes a fraction of it, also on a loaded machine. */
const STALL_MS = 10_000;
/** Ranges that one process works on at a time: while one waits for the database the other folds. */
const AT_ONCE = 2;

export interface BuilderOptions {
  readonly projections: readonly Projection[];
  readonly me: WorkerIdentity;
  readonly pageEvents?: number;
  /** Bound on the slowdown of other writes, as a factor; 0: no bound. Default: the bound of the build's operation. */
  readonly latencyRatioMax?: number;
  readonly monotonic?: () => number;
  readonly built?: (projection: string, events: number) => void;
}

/** Builds open ranges, one at a time. Several builders may run in parallel. */
export class Builder {
  private readonly seen = new Map<string, { readonly state: string; readonly since: number }>();
  private readonly now: () => number;
  /** By build. */
  private readonly throttles = new Map<string, LatencyThrottle | undefined>();

  constructor(
    private readonly database: Database,
    private readonly options: BuilderOptions,
  ) {
    this.now = options.monotonic ?? (() => performance.now());
  }

  /**
   * Works until every range has a worker.
   *
   * @returns whether there was anything to do
   * @throws ShardFromTheFuture; whatever the database says
   */
  async build(signal: AbortSignal): Promise<boolean> {
    const free = await this.freeRanges();
    if (free.length === 0) return false;
    for (const range of free) {
      const build = keyOf(range.build);
      if (!this.throttles.has(build)) this.throttles.set(build, await this.measure(range));
    }
    const one = async () => {
      for (let range = free.shift(); range && !signal.aborted; range = free.shift()) await this.range(range, signal);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    this.throttles.clear();
    return true;
  }

  private async range(seen: BuildRange, signal: AbortSignal): Promise<void> {
    const { pageEvents = BUILD_PAGE_EVENTS, built = () => undefined } = this.options;
    const range = await claimRange(this.database, seen, ownerOf(this.options.me));
    if (!range) return;
    const throttle = async () => this.throttles.get(keyOf(range.build))?.goOn();
    const count = (events: number) => built(range.build.projection.name, events);
    try {
      await buildRange(this.database, range, { signal, throttle, pageEvents, built: count });
    } catch (error) {
      if (!(error instanceof PageLost)) throw error;
    }
  }

  /** Ranges without a worker, and ranges whose worker makes no progress. */
  private async freeRanges(): Promise<BuildRange[]> {
    const ranges = await openRanges(this.database, this.options.projections);
    const now = this.now();
    return ranges.filter((range) => {
      if (range.owner === null) return true;
      const key = `${keyOf(range.build)} ${range.region} ${range.afterWallet}`;
      const state = `${range.token} ${range.events} ${range.at.walletId} ${range.at.version}`;
      const before = this.seen.get(key);
      if (before?.state === state) return now - before.since >= STALL_MS;
      this.seen.set(key, { state, since: now });
      return false;
    });
  }

  private async measure(range: BuildRange): Promise<LatencyThrottle | undefined> {
    const ratioMax = this.options.latencyRatioMax ?? range.latencyRatioMax ?? LATENCY_RATIO_MAX;
    if (ratioMax === 0) return undefined;
    const probe = async () => {
      const began = this.now();
      await touchRange(this.database, range);
      return this.now() - began;
    };
    return LatencyThrottle.measuring(probe, { ratioMax });
  }
}
