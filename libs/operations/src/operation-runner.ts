import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { ownerOf, type Reactor, whyNotRebuilt, type WorkerIdentity } from '@tidemark/following';
import type { Projection } from '@tidemark/projections';
import { Builder, NotFound, OperationRefused } from '@tidemark/rebuilding';
import { carryOut } from './carry-out.js';
import type { Failure, Progress } from './operation.js';
import {
  claimOperation,
  finishOperation,
  openOperations,
  saveProgress,
  type ClaimableOperation,
} from './operation-records.js';

const POLL_MS = 500;
/** Interval of progress writes. A worker that stops writing progress loses the operation after `STALL_MS`. */
const PROGRESS_MS = 1_000;
const STALL_MS = 15_000;

export interface RunnerOptions {
  readonly database: Database;
  readonly projections: readonly Projection[];
  /** Known by name, to refuse what cannot be asked of them; absent: those that ship. */
  readonly reactors?: readonly Reactor[];
  readonly regions: readonly string[];
  readonly me: WorkerIdentity;
  readonly failed: (what: string, error: unknown) => void;
}

/** Carries out what operators ask, one operation at a time, and helps with the ranges of builds that others lead. */
export class OperationRunner {
  private readonly seen = new Map<string, { readonly state: string; readonly since: number }>();
  private readonly builder: Builder;

  constructor(private readonly options: RunnerOptions) {
    this.builder = new Builder(options.database, options);
  }

  /** Works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!(await this.once(signal))) await sleep(POLL_MS, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.options.failed('operation', error);
        await sleep(PROGRESS_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** @returns whether there was anything to do */
  async once(signal: AbortSignal): Promise<boolean> {
    const { database, me } = this.options;
    for (const seen of await openOperations(database)) {
      if (!this.isFree(seen)) continue;
      const token = await claimOperation(database, seen, ownerOf(me));
      if (token !== undefined) {
        await this.carryOut({ ...seen, token }, signal);
        return true;
      }
    }
    return this.builder.build(signal);
  }

  private async carryOut(operation: ClaimableOperation, stopped: AbortSignal): Promise<void> {
    const { database, projections, reactors, regions, me } = this.options;
    const lost = new AbortController();
    const signal = AbortSignal.any([stopped, lost.signal]);
    let progress: Progress = operation.progress ?? { phase: 'waiting_for_worker' };
    let beat = 0;
    const writing = setInterval(() => {
      void saveProgress(database, operation, { ...progress, beat: ++beat })
        .then((mine) => mine || lost.abort(new Error('another worker has this operation')))
        .catch(() => undefined);
    }, PROGRESS_MS);
    try {
      const projection = projections.find(({ name }) => name === operation.projection);
      if (!projection) {
        const why = whyNotRebuilt(operation.projection, reactors);
        throw new OperationRefused(why ?? `there is no projection ${operation.projection}`);
      }
      const result = await carryOut(
        {
          ...{ database, projections, projection, regions, me, signal },
          operationId: operation.operationId,
          requestedBy: operation.requestedBy,
          before: operation.progress,
          report: (next) => (progress = next),
          remember: async (connection, next) => {
            if (!(await saveProgress(connection, operation, next))) throw lost.signal.reason ?? new Error('lost');
            progress = next;
          },
        },
        operation.action,
        operation.arguments,
      );
      await finishOperation(database, operation, 'done', result);
    } catch (error) {
      if (signal.aborted) return; // whoever takes it over goes on
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof OperationRefused)) this.options.failed(operation.action, error);
      const failure: Failure = {
        ...{ reason, refused: error instanceof OperationRefused },
        ...(error instanceof NotFound && { notFound: true }),
      };
      await finishOperation(database, operation, 'failed', failure);
    } finally {
      clearInterval(writing);
    }
  }

  private isFree({ operationId, state, token, progress }: ClaimableOperation): boolean {
    if (state === 'requested') return true;
    const now = performance.now();
    const signature = `${token} ${JSON.stringify(progress)}`;
    const before = this.seen.get(operationId);
    if (before?.state === signature) return now - before.since >= STALL_MS;
    this.seen.set(operationId, { state: signature, since: now });
    return false;
  }
}
