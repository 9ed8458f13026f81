import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import {
  fixPosition,
  LOG_START,
  PageSize,
  placeEvents,
  readEventPage,
  readWalletEvents,
  shardOf,
  type EventPlace,
  type Position,
  type ProjectedEvent,
} from '@tidemark/event-store';
import { Decoder, keyOf, listParked, readCheckpoints } from '@tidemark/following';
import {
  type Addition,
  type Build,
  type Line,
  linesBetween,
  loadRows,
  type Projection,
  readTotals,
  walletsWithoutEvents,
} from '@tidemark/projections';
import { Differences } from './difference.js';
import { rawRows } from './raw-rows.js';
import { TotalCheck } from './total-check.js';
import { WalletCheck, type Held } from './wallet-check.js';

/** The differences that a comparison found, by the generation of the build. */
export interface Comparison {
  readonly events: number;
  readonly wallets: number;
  readonly differences: ReadonlyMap<string, Differences>;
}

/** The builds that are compared: the same everywhere, or others in each region. */
export type Compared = readonly string[] | ((region: string) => readonly string[]);

export interface ComparisonOptions {
  readonly regions: readonly string[];
  readonly signal?: AbortSignal;
  readonly compared?: (events: number) => void;
  /** Only this wallet. Sums belong to no wallet, so they are not compared then. */
  readonly walletId?: string | undefined;
  readonly pageEvents?: number;
}

const PAGE_EVENTS = 5_000;
/** Events fetched at once of a wallet that has gone on since its page was read. */
const TAIL_EVENTS = 1_000;
/** On CockroachDB a position can be read up to two seconds after it was written. */
const WAIT_MS = 100;
const PARKED_MAX = 10_000;
const STRAY_WALLETS_MAX = 1_000;

/**
 * Folds the log of some regions with the projection's current code, and compares each row, line and sum of some builds
 * with it. A row is compared with the fold up to the row's own version, so the builds may be written meanwhile and need no
 * lock.
 *
 * @throws ShardFromTheFuture; whatever the database says
 */
export async function compareWithLog(
  database: Database,
  projection: Projection,
  generations: Compared,
  options: ComparisonOptions,
): Promise<Comparison> {
  const of = typeof generations === 'function' ? generations : () => generations;
  const differences = new Map(options.regions.flatMap(of).map((generation) => [generation, new Differences()]));
  let [events, wallets] = [0, 0];
  for (const region of options.regions) {
    const builds = of(region).map((generation) => ({ projection, generation }));
    const found = await new RegionComparison(database, builds, region, differences, options).run();
    events += found.events;
    wallets += found.wallets;
  }
  return { events, wallets, differences };
}

/** Before every event. */
const FIRST: EventPlace = { walletId: '', version: 0 };

/** What a build held of a region, read in one transaction. */
interface BuildSnapshot {
  readonly cutoffs: ReadonlyMap<number, Position>;
  readonly parked: ReadonlyMap<string, number>;
  readonly totals: readonly Addition[];
}

/** What a build holds of the wallets of one page. */
interface HeldOfPage {
  readonly rows: Awaited<ReturnType<typeof loadRows>>;
  /** The stored values of rows that cannot be decoded. */
  readonly raw: Awaited<ReturnType<typeof rawRows>>;
  /** By event. */
  readonly lines: ReadonlyMap<string, readonly Line[]>;
}

class RegionComparison {
  private readonly decoder = new Decoder();
  private readonly snapshots = new Map<Build, BuildSnapshot>();
  private readonly sums = new Map<Build, TotalCheck>();
  /** Up to here the lines of the builds were looked at. */
  private seen: EventPlace = FIRST;
  private current: { check: WalletCheck; held: readonly Held[] } | undefined;
  private wallets = 0;

  constructor(
    private readonly database: Database,
    private readonly builds: readonly Build[],
    private readonly region: string,
    private readonly differences: ReadonlyMap<string, Differences>,
    private readonly options: ComparisonOptions,
  ) {}

  async run(): Promise<{ events: number; wallets: number }> {
    const { database, region, options } = this;
    const { pageEvents = PAGE_EVENTS, compared = () => undefined } = options;
    for (const build of this.builds) {
      this.snapshots.set(build, await this.look(build));
      this.sums.set(build, new TotalCheck(build));
    }
    const upTo = await this.readableEnd();
    const size = new PageSize(pageEvents);
    let events = 0;
    const to = options.walletId ?? null;
    if (to !== null) this.seen = { walletId: to, version: Number.MIN_SAFE_INTEGER };
    for (let after = this.seen; ;) {
      options.signal?.throwIfAborted();
      const page = await readEventPage(database, { region, after, to, upTo, limit: size.events });
      size.learn({ events: page.events.length, bytes: page.bytes });
      if (page.events.length > 0) await this.page(page.events);
      events += page.events.length;
      compared(page.events.length);
      if (page.end) break;
      after = page.events.at(-1)!;
    }
    await this.endWallet();
    const end = to === null ? undefined : { walletId: to, version: Number.MAX_SAFE_INTEGER };
    for (const build of this.builds) {
      await this.strayLines(build, await linesBetween(database, build, region, this.seen, end));
      if (to === null) await this.endBuild(build);
      else if (events === 0 && (await this.isUnknown(to))) await this.strayRows(build, [to]);
    }
    return { events, wallets: this.wallets };
  }

  /** A position up to which the log can be read, and not before what the builds have followed. */
  private async readableEnd(): Promise<Position> {
    const followed = [...this.snapshots.values()].flatMap(({ cutoffs }) => [...cutoffs.values()]);
    for (;;) {
      const position = await fixPosition(this.database);
      if (followed.every((cutoff) => cutoff <= position)) return position;
      await sleep(WAIT_MS);
    }
  }

  /** Checkpoints, sums and parked wallets in one snapshot: the sums are those of the events up to the checkpoints. */
  private look(build: Build): Promise<BuildSnapshot> {
    const { engine } = this.database;
    return this.database.transaction(
      async ({ query }) => {
        const checkpoints = (await readCheckpoints({ query, engine }, this.region)).get(keyOf(build)) ?? [];
        const parked = await listParked({ query }, { projection: build.projection.name, limit: PARKED_MAX });
        const own = parked.filter((each) => each.generation === build.generation && each.region === this.region);
        return {
          cutoffs: new Map(checkpoints.map(({ shard, cursor }) => [shard, cursor.position])),
          parked: new Map(own.map(({ walletId, version }) => [walletId, version])),
          totals: await readTotals({ query }, build, this.region),
        };
      },
      { isolation: 'repeatable read', readOnly: true },
    );
  }

  private async page(events: readonly ProjectedEvent[]): Promise<void> {
    const { database, region } = this;
    const walletIds = [...new Set(events.map(({ walletId }) => walletId))];
    const last = events.at(-1)!;
    const held = new Map<Build, HeldOfPage>();
    for (const build of this.builds) {
      const rows = await loadRows(database, build, region, walletIds);
      const byEvent = Map.groupBy(await linesBetween(database, build, region, this.seen, last), eventOf);
      const unreadable = [...rows.values()].filter(({ state }) => state === undefined);
      const raw = await rawRows(
        ...[database, build, region],
        unreadable.map(({ walletId }) => walletId),
      );
      held.set(build, { rows, raw, lines: byEvent });
      const known = new Set(events.map(eventOf));
      await this.strayLines(
        build,
        [...byEvent].flatMap(([event, lines]) => (known.has(event) ? [] : lines)),
      );
    }
    this.seen = last;
    for (const event of events) {
      const { walletId, version } = event;
      if (this.current?.check.walletId !== walletId) {
        await this.endWallet();
        const of = this.builds.map((build) => this.held(build, walletId, held.get(build)!));
        const check = new WalletCheck(this.builds[0]!.projection, walletId, region, of, this.decoder);
        this.current = { check, held: of };
        this.wallets++;
      }
      const { check, held: of } = this.current;
      if (check.needsBefore(version)) await this.fromElsewhere(check, version - 1);
      this.apply(event, new Map(of.map((each) => [each, held.get(each.build)!.lines.get(eventOf(event)) ?? []])));
    }
  }

  /** Lines that belong to none of the events compared: to one that was written since, or to none at all. */
  private async strayLines(build: Build, lines: readonly Line[]): Promise<void> {
    if (lines.length === 0) return;
    const { region, database } = this;
    const keys = lines.map(({ walletId, version }) => ({ region, walletId, version }));
    const written = new Set((await placeEvents(database, keys)).map(eventOf));
    const report = this.reporter(build);
    for (const line of lines) {
      if (written.has(eventOf(line))) continue;
      const { walletId, version, values } = line;
      const place = { generation: build.generation, region, walletId, version };
      report({ ...place, kind: 'line_without_event', expected: null, found: JSON.stringify(values) });
    }
  }

  private apply(event: ProjectedEvent, lines: ReadonlyMap<Held, readonly Line[]>): void {
    const { check, held } = this.current!;
    const made = check.next(event, lines);
    if (!made || made.additions.length === 0) return;
    for (const { build, cutoff, parkedAt } of held) {
      if (event.position > cutoff || event.version >= (parkedAt ?? Infinity)) continue;
      for (const addition of made.additions) this.sums.get(build)!.add(addition);
    }
  }

  /** The past that a wallet brought from another region. */
  private async fromElsewhere(check: WalletCheck, upTo: number): Promise<void> {
    while (check.version < upTo) {
      const { walletId, version: after } = check;
      const limit = Math.min(TAIL_EVENTS, upTo - after);
      const events = await readWalletEvents(this.database, { walletId, after, limit });
      for (const event of events) check.next(event, new Map());
      if (check.version === after) return; // a hole in the log: the next event says so
    }
  }

  private async endWallet(): Promise<void> {
    const { current } = this;
    if (!current) return;
    // The rows were read after the events, so they may be newer.
    if (current.check.wanted > current.check.version) await this.fromElsewhere(current.check, current.check.wanted);
    current.check.end();
    this.current = undefined;
  }

  private async endBuild(build: Build): Promise<void> {
    const { region, database } = this;
    const report = this.reporter(build);
    if (build.projection.totals) {
      for (const difference of this.sums.get(build)!.compare(region, this.snapshots.get(build)!.totals))
        report(difference);
    }
    await this.strayRows(build, await walletsWithoutEvents(database, build, region, STRAY_WALLETS_MAX));
  }

  /** Up to now, and not only up to the position that is compared: a wallet may have been opened since. */
  private async isUnknown(walletId: string): Promise<boolean> {
    return (await readWalletEvents(this.database, { walletId, after: 0, limit: 1 })).length === 0;
  }

  /** @param walletIds of which the log has no event in this region */
  private async strayRows(build: Build, walletIds: readonly string[]): Promise<void> {
    const { region, database } = this;
    const { generation } = build;
    for (const [walletId, found] of await rawRows(database, build, region, walletIds)) {
      const place = { generation, region, walletId, version: null };
      this.reporter(build)({ ...place, kind: 'row_without_events', expected: null, found });
    }
  }

  private held(build: Build, walletId: string, { rows, raw }: HeldOfPage): Held {
    const { cutoffs, parked } = this.snapshots.get(build)!;
    const cutoff = cutoffs.get(shardOf(walletId)) ?? LOG_START[this.database.engine];
    return {
      ...{ build, row: rows.get(walletId), raw: raw.get(walletId), cutoff },
      ...{ parkedAt: parked.get(walletId), report: this.reporter(build) },
    };
  }

  private reporter({ generation }: Build): Held['report'] {
    return (difference) => this.differences.get(generation)!.add(difference);
  }
}

function eventOf({ walletId, version }: EventPlace): string {
  return `${walletId} ${version}`;
}
