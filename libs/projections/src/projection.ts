import type { ProjectedEvent } from '@tidemark/event-store';
import type { Money } from '@tidemark/money';
import type { WalletEvent } from '@tidemark/wallet';
import type { PgTable } from 'drizzle-orm/pg-core';

/**
 * A projection: a name, a version, a pure function, and its tables. The engine does the rest: it follows the log, hands
 * each wallet's events over in order and exactly once, and moves the checkpoints in the transaction that writes the rows.
 *
 * @typeParam State what is kept of one wallet, for a projection whose results depend on what was before
 */
export interface Projection<State = unknown> {
  readonly name: string;
  /** Raised when `apply` changes its results: rows of another version want a rebuild. */
  readonly version: number;
  readonly state?: StateTable<State>;
  /** Rows that an event adds: a table of `lineColumns`, or of `eventColumns` where it is one row at most. */
  readonly lines?: PgTable;
  /**
   * Sums, kept per shard so that workers do not compete for a row, and added up on reading: a table of `sumColumns`. A row is its key, then
   * what is added to each sum.
   */
  readonly totals?: PgTable;
  /**
   * Pure.
   *
   * @param state of the wallet before the event; undefined at its first, and always without a `state` table
   * @throws for an event that it cannot apply: the wallet is parked
   */
  apply(state: State | undefined, event: WalletEvent, recorded: ProjectedEvent): Applied<State>;
  /** What a wallet holds, for the sums on a rebuild's certificate. */
  holdings?(state: State): readonly Money[];
  /** What a state takes of memory, besides its holdings. */
  heapBytes?(state: State): number;
}

/** What one event changes. */
export interface Applied<State> {
  readonly state?: State;
  readonly lines?: readonly Values[];
  readonly totals?: readonly Values[];
}

/** The values of one row, in the order of the table's own columns. Decimals are strings; null where there is none. */
export type Values = readonly (string | number | null)[];

/** One row a wallet, replaced by each of its events: a table of `walletColumns` and a projection's own. */
export interface StateTable<State> {
  readonly table: PgTable;
  encode(state: State): Values;
  /** @returns undefined for values that an earlier version encoded: the state is then folded again from the log */
  decode(values: Values): State | undefined;
}

/** One build of a projection's tables. */
export interface Build {
  readonly projection: Projection;
  readonly generation: string;
}

/** A wallet's row as the engine keeps it. */
export interface WalletRow {
  readonly walletId: string;
  readonly shard: number;
  /** Of the last event that went into it, and where that is in the log. */
  readonly version: number;
  readonly position: string;
  readonly state: unknown;
}

/** A line, and the event that it comes from. */
export interface Line {
  readonly walletId: string;
  readonly version: number;
  readonly line: number;
  readonly position: string;
  readonly values: Values;
}

/** What an event adds to the sums of its shard. */
export interface Addition {
  readonly shard: number;
  readonly values: Values;
}
