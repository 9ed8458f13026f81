/** Why a row was not booked: the codes of the rejects file beside those of the wallet (`RejectionCode`). */
export type RowProblemCode = 'malformed_row' | 'duplicate_id' | 'changed_row' | 'unknown_region';

/** One row that cannot be booked, with a reason for people. */
export interface RowProblem {
  readonly code: RowProblemCode;
  readonly detail: string;
}

/** Thrown while a row is read, and caught where the row's line is known. */
export class MalformedRow extends Error {
  override readonly name = 'MalformedRow';
}

/**
 * Reads a row.
 *
 * @returns what `read` returns, or the problem where it throws MalformedRow; any other error is thrown on
 */
export function orProblem<T>(read: () => T): { value: T } | { problem: RowProblem } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof MalformedRow) return { problem: { code: 'malformed_row', detail: error.message } };
    throw error;
  }
}
