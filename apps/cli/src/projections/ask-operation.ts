import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { connect, type Database, migrate, migrationsOf, requireSchema } from '@tidemark/database';
import {
  type Action,
  type Failure,
  findOperation,
  type Operation,
  type Progress,
  readArguments,
  requestOperation,
} from '@tidemark/operations';
import { whyNotRebuilt } from '@tidemark/following';
import { ALL_PROJECTIONS, type Projection, projectionNamed } from '@tidemark/projections';
import { CouldNotRun, UsageError } from '../process/exit.js';
import { findHomeDatabase } from '../process/home-database.js';
import { createLogger } from '@tidemark/observability';
import { ProgressDisplay } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';

const LOOK_EVERY_MS = 100;
/** A worker looks twice a second. When none has taken the operation by then, this process does it. */
const PATIENCE_MS = 3_000;
/** What arguments are called on the command line. */
const OPTIONS: Readonly<Record<string, string>> = {
  ...{ walletId: '--wallet', region: '--region', swap: '--swap', accept: '--accept' },
  latencyRatioMax: '--latency',
};

/**
 * Asks for an operation on a projection and waits for what comes of it, with a progress bar. A worker of the running
 * service carries it out; where none is running, this process is one until it is done.
 *
 * @param lines what the result says in words
 * @throws UsageError for an unknown projection, wallet or region, and for arguments that cannot be meant; CouldNotRun with the
 *   reason when the operation was refused
 */
export async function askOperation<Result>(
  at: Surroundings,
  asked: { readonly action: Action; readonly projection: string; readonly arguments: object },
  lines: (result: Result) => { readonly lines: readonly string[]; readonly found?: boolean },
): Promise<CommandResult> {
  requireProjection(asked.projection);
  const read = readArguments(asked.action, asked.arguments, (argument) => OPTIONS[argument] ?? argument);
  if (typeof read === 'string') throw new UsageError(read);
  return withOwnerDatabase(at, async (database, url) => {
    const operationId = randomUUID();
    const requestedBy = `cli:${userInfo().username}`;
    await requestOperation(database, { operationId, requestedBy, ...asked });
    const operation = await watch(at, database, url, operationId);
    if (operation.state === 'failed') {
      const { reason, notFound } = operation.result as Failure;
      throw notFound ? new UsageError(reason) : new CouldNotRun(reason);
    }
    const said = lines(operation.result as Result);
    return { json: { operationId, ...operation.result }, ...said };
  });
}

/** @throws UsageError */
export function requireProjection(name: string): Projection {
  const found = projectionNamed(name);
  if (found) return found;
  throw new UsageError(
    whyNotRebuilt(name) ??
      `there is no projection ${name}; the projections are ${ALL_PROJECTIONS.map((each) => each.name).join(', ')}`,
  );
}

/** The database of this installation, as the role that may ask for operations. */
export async function withOwnerDatabase<T>(
  at: Surroundings,
  work: (database: Database, url: string) => Promise<T>,
): Promise<T> {
  const home = await findHomeDatabase(at);
  try {
    if (home.directory !== undefined) await migrate({ url: home.url, directory: migrationsOf });
    const database = await connect({ url: home.url, applicationName: 'tidemark projections', role: 'tidemark_worker' });
    try {
      if (home.directory === undefined) await requireSchema(database, migrationsOf(database.engine));
      return await work(database, home.url);
    } finally {
      await database.close();
    }
  } finally {
    await home.stop();
  }
}

async function watch(at: Surroundings, database: Database, url: string, operationId: string): Promise<Operation> {
  const display = new ProgressDisplay(at.stderr);
  await using running = new AsyncDisposableStack();
  running.defer(() => display.end());
  const deadline = performance.now() + PATIENCE_MS;
  let helping = false;
  for (;;) {
    const operation = (await findOperation(database, operationId))!;
    if (operation.state === 'done' || operation.state === 'failed') return operation;
    if (operation.progress) showProgress(display, operation.progress);
    const waitsForWorker = operation.state === 'requested' && performance.now() > deadline;
    if (waitsForWorker && !helping) {
      helping = true;
      display.line('no worker has started it yet: this process works on it, too');
      const { startWorker } = await import('@tidemark/worker');
      const logger = createLogger({ level: 'silent', destination: at.stderr });
      running.adopt(await startWorker({ databaseUrl: url, logger }), (worker) => worker.close());
    }
    if (at.signal.aborted) {
      throw new CouldNotRun(
        helping
          ? 'stopped: the operation continues when a worker runs again'
          : 'stopped waiting: the workers finish the operation (see tidemark projections audit)',
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

const PHASES: Record<Progress['phase'], string> = {
  building: 'building',
  sealing: 'counting and hashing the rows',
  catching_up: 'catching up with the log',
  verifying: 'comparing every wallet with the log',
  comparing: 'comparing every wallet with the log',
  waiting_for_worker: 'waiting for the worker of the shard',
  removing: 'removing rows',
};

/** Tells how far an operation is. */
export function showProgress(display: ProgressDisplay, progress: Progress): void {
  const { phase, generation, events, share, eventsPerSecond, secondsLeft } = progress;
  const what = PHASES[phase] + (generation === undefined ? '' : ` (generation ${generation})`);
  if (events === undefined) display.update(what);
  else display.update(what, { count: events, share, perSecond: eventsPerSecond, secondsLeft });
}
