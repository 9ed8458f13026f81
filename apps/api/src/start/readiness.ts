import type { Database } from '@tidemark/database';
import type { Readiness } from '../operations/health.controller.js';

/** A probe comes every few seconds and must not wait longer than that. */
const ANSWER_MS_MAX = 2_000;

/** Ready means: not stopping, the database answers, and the worker in this process, if there is one, gets on. */
export function readinessOf(parts: {
  readonly database: Database;
  readonly stopping: () => boolean;
  readonly workerReadiness: Readiness | undefined;
}): Readiness {
  const { database, stopping, workerReadiness } = parts;
  return async () => {
    if (stopping()) return ['the service is shutting down'];
    const [wrong = [], answers] = await Promise.all([
      workerReadiness?.(),
      database.query('SELECT 1', [], { timeoutMs: ANSWER_MS_MAX }).then(
        () => true,
        () => false,
      ),
    ]);
    return answers ? wrong : [...wrong, 'the database does not answer'];
  };
}
