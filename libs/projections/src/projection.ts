import type { Database } from '@tidemark/database';
import type { LogCursor, RecordedEvent } from '@tidemark/event-store';

/**
 * A projection: a name, a version, a pure function, and its tables. The worker does the rest: it follows the log, hands
 * each wallet's events over in order and exactly once, and moves the checkpoint in the statement that writes the rows.
 *
 * @typeParam Row what is kept of one wallet; it says the version it is at.
 * @typeParam Entry what one event adds besides (a line of a list), or nothing.
 */
export interface Projection<Row extends ProjectedRow, Entry> {
  readonly name: string;
  /** Raised when `apply` changes its results: rows of another version need a rebuild. */
  readonly version: number;
  /** Pure. @throws EventFromTheFuture, and for an event that it cannot apply. */
  apply(row: Row | undefined, event: RecordedEvent): { readonly row: Row; readonly entry?: Entry };
  /** The rows of some wallets of one region, by wallet id. */
  load(database: Database, generation: string, region: string, walletIds: readonly string[]): Promise<Map<string, Row>>;
  /** Writes a page in one statement, and only if the checkpoint still is where the page began; says whether it was. */
  save(database: Database, page: Page<Row, Entry>): Promise<boolean>;
}

export interface ProjectedRow {
  readonly walletId: string;
  readonly version: number;
}

/** What one step of a worker writes. */
export interface Page<Row, Entry> {
  readonly generation: string;
  readonly region: string;
  readonly from: LogCursor;
  readonly to: LogCursor;
  readonly rows: readonly Row[];
  readonly entries: readonly Entry[];
}
