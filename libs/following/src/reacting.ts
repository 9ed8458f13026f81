import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { compareCursors, domainEvent, shardOf, type LogCursor } from '@tidemark/event-store';
import { keyOf, moveCheckpoints, PageLost, type CheckpointMove } from './checkpoints.js';
import { HOLDING_NOTHING, waitAfter, type Consumer, type FollowerObserver, type Holding } from './consumer.js';
import { readLeases } from './leases.js';
import { LogBroken, readPage, type Page, type PageLimits } from './page.js';
import { clearParked, park } from './parked.js';
import { contextOf, reactorBuild, type LoggedEvent, type Reactor, type SendCommand } from './reactor.js';

/** One run of a reactor over the shards that the worker held when it began. */
interface Run {
  readonly leases: ReadonlyMap<number, string>;
  /** Where its checkpoint stands in each of them. */
  readonly stored: Map<number, LogCursor>;
  readonly stopped: AbortController;
  /** Up to where the log was read. */
  read: LogCursor;
  advancedAt: number;
}

/**
 * Follows the log with one reactor. It goes on beside the projectors, which never wait for it. Its checkpoints move after
 * `react` has returned, and only while the shards are this worker's.
 */
export class Reacting implements Consumer {
  private leases = HOLDING_NOTHING.leases;
  private run: Run | undefined;
  private running: Promise<void> | undefined;
  private lost: PageLost | undefined;
  private failures = 0;
  private notBefore = 0;
  /** Whether the database may have a row that says that the reactor is stuck. */
  private maySayStuck = true;

  constructor(
    private readonly database: Database,
    private readonly region: string,
    private readonly reactor: Reactor,
    private readonly options: {
      readonly observer: FollowerObserver;
      readonly limits: PageLimits;
      readonly advanceMs: number;
      readonly now: () => number;
      readonly send: SendCommand;
    },
  ) {}

  hold({ leases, checkpoints }: Holding): void {
    if (leases === this.leases && (this.run || leases.size === 0)) return;
    this.leases = leases;
    this.run?.stopped.abort();
    this.maySayStuck = true;
    const own = (checkpoints.get(keyOf(reactorBuild(this.reactor))) ?? []).filter(({ shard }) => leases.has(shard));
    const stored = new Map(own.map(({ shard, cursor }) => [shard, cursor]));
    const read = [...stored.values()].sort(compareCursors)[0];
    this.run = read && { leases, stored, read, stopped: new AbortController(), advancedAt: this.options.now() };
  }

  /** Starts a run in the background. @returns false: the follower need not call again at once */
  async cycle(): Promise<boolean> {
    const { lost, run } = this;
    this.lost = undefined;
    if (lost) throw lost;
    // Two runs of one worker never overlap, so that each wallet's events stay in order.
    if (!run || this.running || this.options.now() < this.notBefore) return false;
    this.running = this.goOn(run).finally(() => (this.running = undefined));
    return false;
  }

  async stop(): Promise<void> {
    this.run?.stopped.abort();
    await this.running;
  }

  /** Goes on up to the end of the log. */
  private async goOn(run: Run): Promise<void> {
    try {
      while (!run.stopped.signal.aborted && (await this.page(run)));
    } catch (error) {
      if (run.stopped.signal.aborted) return; // what it says now is of shards that may be another's
      if (error instanceof PageLost) this.lost = error;
      else this.failed(error);
    }
  }

  /** @returns whether there may be more */
  private async page(run: Run): Promise<boolean> {
    const { database, region, reactor, options } = this;
    // After a failure one commit at a time: so it gets as far as it can, and what it is stuck at is known.
    const limits = this.failures > 0 ? { ...options.limits, commitsMax: 1 } : options.limits;
    const page = await readPage(database, region, { after: run.read, shards: new Set(run.leases.keys()), limits });
    const last = page?.commits.at(-1);
    const to = last ? { position: last.position, commitId: last.commitId } : run.read;
    const events = page ? wantedIn(page, run.stored, reactor.wants) : [];
    if (events.length > 0) {
      await this.requireHeld(run, events);
      try {
        await reactor.react(events, contextOf(reactor, region, run.stopped.signal, options.send));
      } catch (error) {
        if (!run.stopped.signal.aborted) await this.saveStuck(run, events[0]!, error);
        throw error;
      }
    }
    await this.advance(run, to, new Set(events.map(({ recorded }) => shardOf(recorded.walletId))));
    if (events.length > 0) {
      this.failures = 0;
      options.observer.applied(reactor.name, region, events.length);
    }
    return page !== undefined;
  }

  /** A worker that slept finds out that it lost a shard before it does anything there. @throws PageLost */
  private async requireHeld({ leases, stopped }: Run, events: readonly LoggedEvent[]): Promise<void> {
    const now = new Map((await readLeases(this.database, this.region)).map(({ shard, token }) => [shard, token]));
    const held = events.every(({ recorded }) => {
      const shard = shardOf(recorded.walletId);
      return now.get(shard) === leases.get(shard);
    });
    if (!held || stopped.signal.aborted) throw new PageLost('another worker has this shard');
  }

  /** @param touched the shards in which something was done; the others move on now and then */
  private async advance(run: Run, to: LogCursor, touched: ReadonlySet<number>): Promise<void> {
    const { database, region, options } = this;
    const build = reactorBuild(this.reactor);
    const overdue = options.now() - run.advancedAt >= options.advanceMs;
    const moves = [...run.stored]
      .filter(([shard, from]) => (overdue || touched.has(shard)) && compareCursors(from, to) < 0)
      .map(([shard, from]): CheckpointMove => ({ build, shard, from }));
    const clears = touched.size > 0 && this.maySayStuck;
    if (moves.length > 0) {
      const write = () =>
        database.transaction(async ({ query }) => {
          await moveCheckpoints({ query, engine: database.engine }, region, run.leases, moves, to);
          if (clears) await clearParked({ query }, build, region, [...run.leases.keys()]);
        });
      await retryIdempotent(write, { random: Math.random, sleep });
      if (clears) this.maySayStuck = false;
    }
    for (const { shard } of moves) run.stored.set(shard, to);
    run.read = to;
    if (overdue) run.advancedAt = options.now();
  }

  /** Writes down for operators what it is stuck at, as long as the shard is this worker's. @throws PageLost */
  private async saveStuck(run: Run, { recorded: { walletId, version } }: LoggedEvent, error: unknown): Promise<void> {
    const { database, region } = this;
    const build = reactorBuild(this.reactor);
    const shard = shardOf(walletId);
    const from = run.stored.get(shard)!;
    this.maySayStuck = true;
    await database.transaction(async ({ query }) => {
      await moveCheckpoints({ query, engine: database.engine }, region, run.leases, [{ build, shard, from }], from);
      const reason = error instanceof Error ? error.message : String(error);
      await park({ query }, build, region, [{ walletId, version, reason }]);
    });
  }

  private failed(error: unknown): void {
    this.failures++;
    this.notBefore = this.options.now() + waitAfter(this.failures);
    this.options.observer.failed(this.reactor.name, this.region, error);
  }
}

/** The events of a page that a reactor wants and has not seen, in the order of the log. @throws LogBroken, EventFromTheFuture */
function wantedIn(page: Page, stored: ReadonlyMap<number, LogCursor>, wants: Reactor['wants']): LoggedEvent[] {
  const found: LoggedEvent[] = [];
  for (const commit of page.commits) {
    for (const { walletId, firstVersion, lastVersion } of commit.appended) {
      const seen = stored.get(shardOf(walletId));
      if (!seen || compareCursors(commit, seen) <= 0) continue;
      for (let version = firstVersion; version <= lastVersion; version++) {
        const recorded = page.streams.get(walletId)?.events.get(version);
        if (!recorded) throw new LogBroken(`version ${version} of ${walletId} is not in the log`);
        if (!wants || wants.includes(recorded.type)) found.push({ event: domainEvent(recorded), recorded });
      }
    }
  }
  return found;
}
