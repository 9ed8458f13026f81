import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { startApi, type RunningApi, type StartApiOptions } from '@tidemark/api';
import { connect, type Database } from '@tidemark/database';
import { createLogger, Metrics } from '@tidemark/observability';
import { freshDatabase, type FreshDatabase, type TestEngine } from '@tidemark/testing';
import { Description, type OpenApi } from './description.js';
import { startWorker, type RunningWorker, type StartWorkerOptions } from '@tidemark/worker';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed if it is JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read the fields that they expect
  readonly json: any;
}

export interface Asked {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

/** The real API, optionally with a worker, on a separate database, over real HTTP. */
export class RunningService {
  private constructor(
    readonly api: RunningApi,
    private readonly worker: RunningWorker | undefined,
    /** Connected as the owner of the database, with all rights. */
    readonly database: Database,
    private readonly drop: () => Promise<void>,
    /** Every line that was logged. */
    readonly log: string[],
    private readonly description: Description,
  ) {}

  static async start(
    engine: TestEngine,
    options: {
      worker?: boolean | Partial<StartWorkerOptions>;
      prepare?: (database: Database) => Promise<void>;
      api?: Partial<StartApiOptions>;
      /** A migrated database to use instead of a fresh one. */
      on?: FreshDatabase;
    } = {},
  ): Promise<RunningService> {
    const { url: databaseUrl, drop } = options.on ?? (await freshDatabase(engine));
    const database = await connect({ url: databaseUrl, applicationName: 'tidemark-e2e', poolSize: 2 });
    const log: string[] = [];
    try {
      await options.prepare?.(database);
      const logger = createLogger({ level: 'info', destination: linesInto(log) });
      const metrics = new Metrics();
      const workerOptions = options.worker === true ? {} : options.worker;
      const worker = workerOptions ? await startWorker({ databaseUrl, logger, metrics, ...workerOptions }) : undefined;
      const workerReadiness = worker && { workerReadiness: () => worker.readiness() };
      const api = await startApi({ databaseUrl, logger, metrics, port: 0, ...workerReadiness, ...options.api }).catch(
        async (error: unknown) => {
          await worker?.close();
          throw error;
        },
      );
      const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi;
      return new RunningService(api, worker, database, drop, log, new Description(document));
    } catch (error) {
      await database.close();
      await drop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.worker?.close();
    await this.database.close();
    await this.drop();
  }

  /** Sends a command, by default under a new key. */
  post(path: string, body: unknown, { key = randomUUID(), headers = {} }: Asked = {}): Promise<Answer> {
    const given = { 'content-type': 'application/json', 'idempotency-key': key, ...headers };
    return this.send('POST', path, { headers: given, body: JSON.stringify(body) });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers });
  }

  async send(method: string, path: string, init: Omit<RequestInit, 'method'> = {}): Promise<Answer> {
    const response = await fetch(`${this.api.url}${path}`, { method, ...init });
    const text = await response.text();
    this.requireDescribed(method, path, { status: response.status, headers: response.headers, text });
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  /** @throws if an answer differs from `/openapi.json`. Every answer that a test gets is compared. */
  requireDescribed(method: string, path: string, { headers, ...arrived }: Omit<Answer, 'json'>): void {
    const answer = { ...arrived, headers: Object.fromEntries(headers) };
    const differences = this.description.differences(method, path, answer);
    if (differences.length === 0) return;
    const what = `${method} ${path} answered ${arrived.status}, not as /openapi.json says`;
    throw new Error(`${what}: ${differences.join('; ')}\n${arrived.text.slice(0, 1_000)}`);
  }

  /** The numbers of rows in the log. Malformed requests must not change them. */
  async counts(): Promise<{ events: number; commits: number; outcomes: number }> {
    const { rows } = await this.database.query<{ events: string; commits: string; outcomes: string }>(
      `SELECT (SELECT count(*) FROM wallet_events) AS events, (SELECT count(*) FROM commits) AS commits,
              (SELECT count(*) FROM command_outcomes) AS outcomes`,
    );
    const { events, commits, outcomes } = rows[0]!;
    return { events: Number(events), commits: Number(commits), outcomes: Number(outcomes) };
  }
}

function linesInto(log: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(...chunk.toString().trimEnd().split('\n'));
      done();
    },
  });
}

/** Waits until this many of the answers have arrived. */
export function settled(answers: readonly Promise<Answer>[], number: number): Promise<void> {
  return new Promise((done) => {
    let there = 0;
    for (const answer of answers) void answer.then(() => ++there === number && done());
  });
}
