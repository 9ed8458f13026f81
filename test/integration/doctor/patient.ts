import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { examine, type Examined, type ExamineOptions } from '@tidemark/doctor';
import type { TestEngine } from '@tidemark/testing';
import { LogFixture, type TestStore } from '../log/log-fixture.js';

/** On CockroachDB an examination reads the log as of 0.25 s ago. */
const SETTLE_MS = 300;

/** A log that a test can examine, and damage as its owner. */
export class Patient {
  private constructor(
    readonly engine: TestEngine,
    readonly log: LogFixture,
    private readonly reader: Database,
  ) {}

  static async create(engine: TestEngine): Promise<Patient> {
    const log = await LogFixture.create(engine);
    return new Patient(
      engine,
      log,
      await connect({ url: log.url, role: 'tidemark_api', applicationName: 'test-doctor' }),
    );
  }

  async examine(options: Partial<ExamineOptions> = {}): Promise<Examined> {
    if (this.engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    return await examine(this.reader, { signal, progress: () => undefined, ...options });
  }

  /** All findings as `invariant wallet version`, in order. */
  async findings(options: Partial<ExamineOptions> = {}): Promise<string[]> {
    const { findings, more } = await this.examine(options);
    if (more > 0) throw new Error(`${more} findings more than are kept`);
    return findings.map(({ invariant, walletId, version }) => `${invariant} ${walletId} ${version}`).sort();
  }

  /** Executes a statement as the owner of the tables. Values are `$1`, `$2`, … */
  async spoil(sql: string, ...values: unknown[]): Promise<void> {
    const { rowCount } = await this.log.owner.query(sql, values);
    if (rowCount === 0) throw new Error(`nothing was spoilt by ${sql}`);
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.log.close();
  }
}

/**
 * Two wallets, each command in a flush of its own. `a`: opened, +9.00, a rejected withdrawal, −1.00, −2.00 to `b`, +1.00.
 * `b`: opened, +2.00 from `a`, +5.00. Keys are a1 … a5, ax (rejected), b1, b3.
 */
export async function writePair(store: TestStore, a: string, b: string): Promise<void> {
  await store.openWallet(a, `${a}1`);
  await store.openWallet(b, `${b}1`);
  await store.deposit(a, '9.00', `${a}2`);
  await store.deposit(a, '9.00', `${a}2`);
  await store.withdraw(a, '100.00', `${a}x`);
  await store.withdraw(a, '1.00', `${a}3`);
  await store.transfer(a, b, '2.00', `${a}4`);
  await store.deposit(a, '1.00', `${a}5`);
  await store.deposit(b, '5.00', `${b}3`);
}
