import type { Database } from '@tidemark/database';
import type { WorkerIdentity } from '@tidemark/following';
import type { Connection, Projection } from '@tidemark/projections';
import type { Progress } from './operation.js';

/** What an operation is carried out with. */
export interface OperationContext {
  readonly database: Database;
  readonly projections: readonly Projection[];
  readonly projection: Projection;
  /** Every region that the log has rows of. */
  readonly regions: readonly string[];
  readonly me: WorkerIdentity;
  readonly operationId: string;
  readonly requestedBy: string;
  /** Aborted when the worker closes, or the operation was taken by another. */
  readonly signal: AbortSignal;
  /** What an earlier worker, that died, had got to. */
  readonly before: Progress | null;
  /** Shown to whoever waits; now and then it is written. */
  readonly report: (progress: Progress) => void;
  /** Writes progress in a transaction of the operation's own: what has to be remembered with its first effect. */
  readonly remember: (connection: Pick<Connection, 'query'>, progress: Progress) => Promise<void>;
}

/** Counts events, and reports how many and how fast. */
export function progressOfEvents(
  { report }: Pick<OperationContext, 'report'>,
  progress: Pick<Progress, 'phase' | 'generation'>,
): (events: number) => void {
  const began = performance.now();
  let all = 0;
  return (events) => {
    all += events;
    const seconds = Math.max((performance.now() - began) / 1_000, 0.001);
    report({ ...progress, events: all, eventsPerSecond: Math.round(all / seconds) });
  };
}
