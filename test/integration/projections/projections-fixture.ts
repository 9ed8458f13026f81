import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { fixPosition, readHead } from '@tidemark/event-store';
import { FOLLOWER_TIMES, openProjections, RegionFollower } from '@tidemark/following';
import type { FollowerTimes, Reactions } from '@tidemark/following';
import { type Action, findOperation, type Operation, OperationRunner, requestOperation } from '@tidemark/operations';
import { ALL_PROJECTIONS, type Projection } from '@tidemark/projections';
import { compareWithLog, proofOfBuild, proofOfLog } from '@tidemark/rebuilding';
import type { TestEngine } from '@tidemark/testing';
import { LogFixture, type TestStore } from '../log/log-fixture.js';

/** A log with wallets, and workers that run only when the test calls them. */
export class ProjectionsFixture {
  private constructor(
    readonly log: LogFixture,
    readonly store: TestStore,
    readonly database: Database,
    readonly regions: readonly string[],
  ) {}

  /** @param regions the regions of the log, as given to operations. They are names in keys, so every engine can have several */
  static async create(engine: TestEngine, regions: readonly string[] = ['local']): Promise<ProjectionsFixture> {
    const log = await LogFixture.create(engine);
    const database = await connect({ url: log.url, role: 'tidemark_worker', applicationName: 'test-worker' });
    await openProjections(database);
    return new ProjectionsFixture(log, await log.open(), database, regions);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.log.close();
  }

  worker(options: Partial<WorkerOptions> = {}): TestWorker {
    return new TestWorker(this.database, options);
  }

  /** Deposits over some wallets. Every third command is a transfer. */
  async move(walletIds: readonly string[], count: number): Promise<void> {
    const wallet = (i: number) => walletIds[i % walletIds.length]!;
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        i % 3 === 2 && walletIds.length > 1
          ? this.store.transfer(wallet(i + 1), wallet(i), '0.01')
          : this.store.deposit(wallet(i), '1.00'),
      ),
    );
  }

  /** In each region, one worker follows the log to its end and releases its shards. */
  async catchUp(regions: readonly string[] = ['local'], options: Partial<WorkerOptions> = {}): Promise<TestWorker[]> {
    const workers = regions.map((region) => this.worker({ ...options, region }));
    for (const worker of workers) {
      await worker.catchUp();
      await worker.follower.release();
    }
    return workers;
  }

  /**
   * The differences between the log and a build that has followed the whole log. It compares row by row, and also by the
   * hashes of a certificate, which use other statements. Empty without differences.
   */
  async wrongIn(
    projection: Projection,
    { regions = ['local'], generation = '1' }: { regions?: readonly string[]; generation?: string } = {},
  ): Promise<string[]> {
    const { database } = this;
    const { differences } = await compareWithLog(database, projection, [generation], { regions });
    const named = differences.get(generation)!.listed.map((each) => `${each.walletId ?? 'sums'} ${each.kind}`);
    const log = await proofOfLog(database, projection, regions, await this.readablePosition(regions));
    const build = await proofOfBuild(database, { projection, generation }, regions);
    return log.root === build.root && JSON.stringify(log.sums) === JSON.stringify(build.sums)
      ? named
      : [...named, `the hash of ${log.wallets} wallets, which are ${build.wallets} in the build`];
  }

  /** On CockroachDB the end of the log can be read 2 s after it was written. */
  async readablePosition(regions: readonly string[] = ['local']): Promise<string> {
    const heads = await Promise.all(regions.map((region) => readHead(this.database, region)));
    for (;;) {
      const position = await fixPosition(this.database);
      if (heads.every((head) => !head || head.position <= position)) return position;
      await sleep(FOLLOW_PAUSE_MS);
    }
  }

  /** Requests an operation on a projection. @returns its id */
  async ask(action: Action, asked: object = {}, projection = 'balances'): Promise<string> {
    const operationId = randomUUID();
    await requestOperation(this.database, { operationId, requestedBy: 'test', action, projection, arguments: asked });
    return operationId;
  }

  /** Lets one worker look once for an operation and execute it. @returns the operation afterwards */
  async carryOut(
    operationId: string,
    database: Database = this.database,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Operation> {
    const runner = new OperationRunner({
      ...{ database, regions: this.regions, projections: ALL_PROJECTIONS },
      ...{ me: { region: 'local', id: randomUUID() }, failed: () => undefined },
    });
    await runner.once(signal).catch(() => undefined);
    return (await findOperation(this.database, operationId))!;
  }

  /** Every row of a projection's tables, sorted as text, without the generation. */
  async rowsOf(projection: string, generation = '1'): Promise<string[]> {
    const tables = TABLES[projection]!;
    const found = await Promise.all(
      tables.map((table) =>
        this.log.owner.query<Record<string, unknown>>(`SELECT * FROM ${table} WHERE generation = $1`, [generation]),
      ),
    );
    return found
      .flatMap(({ rows }, i) => rows.map(({ generation: _, ...row }) => `${tables[i]} ${JSON.stringify(row)}`))
      .sort();
  }
}

const TABLES: Record<string, readonly string[]> = {
  balances: ['wallet_balances'],
  movements: ['statement_wallets', 'wallet_movements'],
  journal: ['journal_entries'],
  trial_balance: ['account_totals'],
  daily_totals: ['daily_totals'],
};

export interface WorkerOptions {
  readonly region: string;
  readonly home: string;
  readonly projections: readonly Projection[];
  readonly limits: { readonly commitsMax: number; readonly eventsMax: number };
  readonly times: FollowerTimes;
  readonly reactions: Reactions;
  /** Used instead of the fixture's database. */
  readonly database: Database;
}

/** With `aheadFrom: 1`, the next page is always folded while one is written, with any size of the page. */
const PAGE = { commitsMax: 200, eventsMax: 5_000 };
const FOLLOW_PAUSE_MS = 20;

/** One worker process with a clock that moves only when the test moves it. */
export class TestWorker {
  readonly applied = new Map<string, number>();
  readonly parked: string[] = [];
  readonly failures: unknown[] = [];
  readonly follower: RegionFollower;
  private now = 0;
  private clock = () => this.now;
  private idle = false;
  private rounds = 0;

  constructor(database: Database, options: Partial<WorkerOptions>) {
    const { region = 'local', home = region, projections = ALL_PROJECTIONS, limits, times = FOLLOWER_TIMES } = options;
    this.follower = new RegionFollower(options.database ?? database, region, {
      projections,
      ...(options.reactions && { reactions: options.reactions }),
      me: { region: home, id: randomUUID() },
      times,
      limits: { ...PAGE, ...limits, aheadFrom: 1 },
      monotonic: () => this.clock(),
      observer: {
        applied: (projection, _region, events) =>
          this.applied.set(projection, (this.applied.get(projection) ?? 0) + events),
        parked: (projection, _region, walletId) => this.parked.push(`${projection} ${walletId}`),
        failed: (_projection, _region, error) => this.failures.push(error),
      },
    });
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
  }

  /** Advances the clock until the next survey is due. */
  async lookAround(): Promise<void> {
    this.pass(FOLLOWER_TIMES.surveyMs);
    await this.follower.cycle();
  }

  /** Runs until there is nothing left to do. */
  async catchUp(): Promise<void> {
    while (await this.follower.cycle());
  }

  /** Runs until it is stopped, as a worker process does. Meanwhile its clock is real. */
  async follow(signal: AbortSignal): Promise<void> {
    const began = performance.now() - this.now;
    this.clock = () => performance.now() - began;
    while (!signal.aborted) {
      this.idle = !(await this.follower.cycle());
      this.rounds++;
      if (this.idle) await sleep(FOLLOW_PAUSE_MS);
    }
    await this.follower.release();
  }

  /** Waits until a running worker has nothing left to do, and has moved the checkpoints of its shards. */
  async settled(): Promise<void> {
    const until = performance.now() + FOLLOWER_TIMES.advanceMs + FOLLOWER_TIMES.surveyMs;
    for (let rounds = this.rounds; performance.now() < until || this.rounds < rounds + 2 || !this.idle;) {
      await sleep(FOLLOW_PAUSE_MS);
    }
  }
}
