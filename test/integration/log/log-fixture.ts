import { connect, type Database } from '@tidemark/database';
import {
  openEventStore,
  type CommandOutcome,
  type CommandSequence,
  type CommandStrategy,
  type EventStoreOptions,
  type RetryReason,
} from '@tidemark/event-store';
import { CurrencyTable, Money } from '@tidemark/money';
import { freshDatabase, type TestEngine } from '@tidemark/testing';
import type { WalletCommand } from '@tidemark/wallet';

export const EUR = CurrencyTable.iso4217().get('EUR');
export const eur = (amount: string) => Money.of(amount, EUR);

/** A separate migrated database. `close` also closes all stores and connections that were opened on it. */
export class LogFixture {
  private readonly closers: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly url: string,
    /** Connected as the owner, with all rights. */
    readonly owner: Database,
  ) {}

  static async create(engine: TestEngine): Promise<LogFixture> {
    const fresh = await freshDatabase(engine);
    const owner = await connect({ url: fresh.url, applicationName: 'test-owner' });
    const fixture = new LogFixture(fresh.url, owner);
    fixture.closers.push(fresh.drop, () => owner.close());
    return fixture;
  }

  async connectApi(url = this.url): Promise<Database> {
    const database = await connect({ url, role: 'tidemark_api', applicationName: 'test-api', poolSize: 8 });
    this.closers.push(() => database.close());
    return database;
  }

  /** For a store whose clock is set to the past: CockroachDB would refuse its events (ADR 11). */
  async allowAnyRecordedTime(): Promise<void> {
    if (this.owner.engine === 'postgres') return;
    await this.owner.query(`ALTER TABLE commits DROP CONSTRAINT commits_visible_in_time`);
  }

  /** Simulates a process: a store with its own cache and connections. */
  async open(options: Partial<EventStoreOptions> = {}): Promise<TestStore> {
    const database = options.database ?? (await this.connectApi());
    const store = new TestStore({ ...options, database });
    this.closers.push(() => store.close());
    return store;
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
  }

  /** Versions in the log, in order. */
  async versions(walletId: string): Promise<number[]> {
    const { rows } = await this.owner.query<{ version: string }>(
      'SELECT version FROM wallet_events WHERE wallet_id = $1 ORDER BY version',
      [walletId],
    );
    return rows.map(({ version }) => Number(version));
  }

  async count(table: string, where = 'true'): Promise<number> {
    const { rows } = await this.owner.query<{ n: string }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
    return Number(rows[0]!.n);
  }
}

/** A store with short methods for tests, and with a record of its retries. */
export class TestStore {
  readonly retries: RetryReason[] = [];
  readonly ambiguities: string[] = [];
  readonly flushes: number[] = [];
  private readonly store: CommandStrategy;
  private readonly caller: string = 'test';
  private readonly sequence: CommandSequence | undefined;
  private keys = 0;

  constructor(options: EventStoreOptions) {
    this.store = openEventStore({
      ...options,
      observer: {
        flushed: (commands) => this.flushes.push(commands),
        retried: (reason) => this.retries.push(reason),
        ambiguityEnded: (how) => this.ambiguities.push(how),
        failed: () => undefined,
      },
    });
  }

  /** The same process, for another caller. */
  as(caller: string): TestStore {
    return Object.assign(Object.create(this) as TestStore, { caller });
  }

  /** The same process, for commands that are sent ahead of their answers. */
  inSequence(): TestStore {
    return Object.assign(Object.create(this) as TestStore, { sequence: { broken: false } });
  }

  execute(command: WalletCommand, key = `key-${process.pid}-${Math.random()}-${this.keys++}`): Promise<CommandOutcome> {
    const requestHash = JSON.stringify(command);
    const { caller, sequence } = this;
    return this.store.execute({ command, idempotencyKey: key, requestHash, caller, ...(sequence && { sequence }) });
  }

  openWallet(walletId: string, key?: string, homeRegion = 'local') {
    return this.execute({ type: 'OpenWallet', walletId, homeRegion, metadata: {} }, key);
  }

  deposit(walletId: string, amount: string, key?: string) {
    return this.execute({ type: 'Deposit', walletId, movementId: 'm', amount: eur(amount), details: {} }, key);
  }

  withdraw(walletId: string, amount: string, key?: string) {
    return this.execute({ type: 'Withdraw', walletId, movementId: 'm', amount: eur(amount), details: {} }, key);
  }

  rehome(walletId: string, homeRegion: string, key?: string) {
    return this.execute({ type: 'Rehome', walletId, homeRegion }, key);
  }

  transfer(from: string, to: string, amount: string, key?: string) {
    const legs = [{ from, to, amount: eur(amount) }] as const;
    return this.execute({ type: 'Transfer', transferId: 't', legs, details: {} }, key);
  }

  close() {
    return this.store.close();
  }
}

/** The code of a rejection, or `accepted`. */
export function verdict({ result }: CommandOutcome): string {
  return result.kind === 'accepted' ? 'accepted' : result.code;
}

/** The version and posted balance of the first wallet of an accepted outcome. */
export function standing({ result }: CommandOutcome): [version: number, posted: string | undefined] {
  if (result.kind === 'rejected') throw new Error(`rejected: ${result.code}`);
  const [wallet] = result.wallets;
  return [wallet!.version, wallet!.balances[0]?.posted];
}

/** A database that calls a function before it sends each statement, and waits for it. */
export function watched(
  database: Database,
  before: (text: string, values: unknown[]) => Promise<void> | void,
): Database {
  return {
    ...database,
    query: async (text, values, options) => {
      await before(text, values ?? []);
      return database.query(text, values, options);
    },
  };
}
