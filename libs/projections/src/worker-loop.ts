import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { EventFromTheFuture } from '@tidemark/wallet';
import type { ProjectedRow, Projection } from './projection.js';
import { openProjection, step } from './worker.js';

/** How long an idle worker waits before it looks again: half of what a reader may notice. */
const POLL_MS = 50;
/** Other regions have workers of their own. This often one looks whether they are keeping up, or need help. */
const FOREIGN_POLL_MS = 2_000;
/** The wait after a failure doubles up to this, so that a broken database is not hammered. */
const FAILURE_WAIT_MAX_MS = 5_000;

export interface WorkerObserver {
  applied(projection: string, region: string, events: number): void;
  /** The worker goes on by itself after a while; nothing is skipped. */
  failed(projection: string, region: string, error: unknown): void;
}

export interface RunningWorker {
  /** Whether the last step in its own region succeeded. */
  healthy(): boolean;
  /** Lets the step in flight finish. */
  close(): Promise<void>;
}

/**
 * Follows the log with a projection until it is closed, each region on its own.
 *
 * @param options.regions its own first: that is the one it is quick in, and whose failures make it unhealthy
 */
export function runWorker<Row extends ProjectedRow, Entry>(options: {
  readonly database: Database;
  readonly projection: Projection<Row, Entry>;
  readonly regions: readonly string[];
  readonly observer: WorkerObserver;
}): RunningWorker {
  const { regions } = options;
  const stopped = new AbortController();
  const failing = new Set<string>();
  const loops = regions.map((region, i) =>
    follow(options, region, i === 0 ? POLL_MS : FOREIGN_POLL_MS, failing, stopped.signal),
  );
  return {
    healthy: () => !failing.has(regions[0]!),
    async close() {
      stopped.abort();
      await Promise.all(loops);
    },
  };
}

async function follow<Row extends ProjectedRow, Entry>(
  { database, projection, observer }: Parameters<typeof runWorker<Row, Entry>>[0],
  region: string,
  pollMs: number,
  failing: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const { name } = projection;
  let failures = 0;
  let generation: string | undefined;
  while (!signal.aborted) {
    try {
      generation ??= await openProjection(database, name, [region]);
      const { events, caughtUp } = await step(database, projection, generation, region);
      failures = 0;
      failing.delete(region);
      if (events > 0) observer.applied(name, region, events);
      if (caughtUp) await pause(pollMs, signal);
    } catch (error) {
      // An event from a newer Tidemark is a reason to wait for the upgrade, not to complain louder each time.
      if (failures++ === 0 || !(error instanceof EventFromTheFuture)) observer.failed(name, region, error);
      failing.add(region);
      await pause(Math.min(FAILURE_WAIT_MAX_MS, POLL_MS * 2 ** failures), signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
