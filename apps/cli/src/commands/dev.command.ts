import { relative } from 'node:path';
import { migrate, migrationsOf, shownUrl } from '@tidemark/database';
import {
  createLogger,
  flushLogger,
  LOG_LEVELS,
  Metrics,
  PROJECTION_LAG_MAX_SECONDS,
  readEnvironment,
  WrongSetting,
  type LogLevel,
} from '@tidemark/observability';
import type { Command } from 'commander';
import { UsageError } from '../process/exit.js';
import { findHomeDatabase, type HomeDatabase } from '../process/home-database.js';
import type { Keys } from '../process/keys-of.js';
import type { Run } from '../process/run-command.js';
import type { Surroundings } from '../process/surroundings.js';

interface Settings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly lagSecondsMax: number;
}

/** Declares `tidemark dev`, which is `npm start`. `--json`: `{url, database, databaseUrl}` as soon as it answers; then it goes on. */
export function devCommand(command: Command, run: Run): Command {
  return command
    .description('run API, worker and database in one process, until Ctrl-C')
    .action(({ json = false }: { json?: boolean }) =>
      run(async (at) => {
        const settings = settingsOf(at.env);
        const home = await findHomeDatabase(at);
        try {
          await serve(at, settings, home, json);
        } finally {
          await home.stop();
        }
        return { lines: [] };
      }),
    );
}

async function serve(at: Surroundings, settings: Settings, home: HomeDatabase, json: boolean): Promise<void> {
  const { host, port, logLevel, lagSecondsMax } = settings;
  const say = (line: string) => void at.stderr.write(`${line}\n`);
  await migrate({ url: home.url, directory: migrationsOf, log: say });
  // Loaded here and not above: no other command needs a web framework, and it takes longer to load than most to run.
  const [{ startApi }, { startWorker }, { keysOf }] = await Promise.all([
    import('@tidemark/api'),
    import('@tidemark/worker'),
    import('../process/keys-of.js'),
  ]);
  const logger = createLogger({ level: logLevel, ...(json && { destination: at.stderr }) });
  const metrics = new Metrics();
  await using running = new AsyncDisposableStack();
  running.defer(() => flushLogger(logger));
  const both = { databaseUrl: home.url, logger, metrics };
  const worker = running.adopt(await startWorker({ ...both, lagSecondsMax }), (each) => each.close());
  const workerReadiness = () => worker.readiness();
  const api = running.adopt(await startApi({ ...both, host, port, workerReadiness }), (each) => each.close());
  const database = home.directory === undefined ? shownUrl(home.url) : fromHere(at.cwd, home.directory);
  const greeting = json
    ? JSON.stringify({ url: api.url, database, databaseUrl: shownUrl(home.url) })
    : greetingOf(api.url, database, shownUrl(home.url), await keysOf(home.url));
  at.stdout.write(`${greeting}\n`);
  await aborted(at.signal);
  say('stopping: finishing the requests in flight …');
}

function greetingOf(url: string, database: string, databaseUrl: string, keys: Keys): string {
  const first = FIRST_STEPS[keys](url);
  return [
    '',
    `  Tidemark is at   ${url}   (documentation: ${url}/docs)`,
    `  its database in  ${database}`,
    ...(database === databaseUrl ? [] : [`  and for SQL at   ${databaseUrl}`]),
    '',
    `  ${first[0]}`,
    '',
    `    ${first[1]}`,
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
}

const FIRST_STEPS: Record<Keys, (url: string) => readonly [string, string]> = {
  none: (url) => [
    'Open a wallet, from another terminal:',
    `curl -s ${url}/v1/wallets -H 'Content-Type: application/json' -H 'Idempotency-Key: hello' -d '{"walletId": "alice"}'`,
  ],
  // A request without a key is refused, and we know none of their secrets.
  active: (url) => ['Check that it is ready:', `curl -s ${url}/health/ready`],
  revoked: () => [
    'All API keys are revoked, so every request is refused. Make a new key:',
    'npm run tidemark -- keys create --name me --scopes read,write',
  ],
};

function settingsOf(env: Surroundings['env']): Settings {
  const port = env.PORT || '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
    throw new UsageError(`PORT: must be a port from 0 to ${PORT_MAX}`);
  }
  const logLevel = (env.LOG_LEVEL || 'info') as LogLevel;
  if (!LOG_LEVELS.includes(logLevel)) throw new UsageError(`LOG_LEVEL: must be one of ${LOG_LEVELS.join(', ')}`);
  return { host: env.HOST || '127.0.0.1', port: Number(port), logLevel, lagSecondsMax: lagSecondsMaxOf(env) };
}

function lagSecondsMaxOf(env: Surroundings['env']): number {
  try {
    return readEnvironment({ PROJECTION_LAG_MAX_SECONDS }, env).PROJECTION_LAG_MAX_SECONDS;
  } catch (error) {
    throw error instanceof WrongSetting ? new UsageError(error.message) : error;
  }
}

const PORT_MAX = 65_535;

function fromHere(cwd: string, directory: string): string {
  const path = relative(cwd, directory);
  return path.startsWith('..') ? directory : path;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
