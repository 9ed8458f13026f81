import { appendStatement } from './append.sql.js';
import type { Draft } from './draft.js';
import type { WriteEnvironment } from './environment.js';
import { rowsOf } from './flush.js';
import { positionOf, type Position } from './position.js';

/** The result of one flush. */
export interface Appended {
  /** Empty when it appended no event. */
  readonly position: Position;
  /** Number of stored outcomes: fewer than drafts when the version of a guarded outcome was taken. */
  readonly stored: number;
}

/** Writes drafts in one statement. @throws what the database says; see `classify` in libs/database. */
export async function append(
  {
    database,
    commitLane,
    newCommitId,
    limits,
  }: Pick<WriteEnvironment, 'database' | 'commitLane' | 'newCommitId' | 'limits'>,
  drafts: readonly Draft[],
  on: Pick<WriteEnvironment['database'], 'query'> = database,
): Promise<Appended> {
  const { name, text, values } = appendStatement(database.engine, rowsOf(drafts), commitLane, newCommitId());
  const { rows } = await on.query<{ position: string | null; stored: number }>(text, values, {
    name,
    timeoutMs: limits.flushTimeoutMs,
  });
  const { position, stored } = rows[0]!;
  return { position: position === null ? '' : positionOf(database.engine, position), stored };
}
