/**
 * The errors of this lib. With them no caller has to parse a message: `pg` reports a lost connection and a time-out as a
 * plain `Error`, and only the message differs.
 */

/** No connection was available, so the statement was not sent. `cause` is the error of `pg` or of the server. */
export class ConnectFailed extends Error {
  override readonly name = 'ConnectFailed';
  constructor(cause: unknown) {
    super(`no database connection: ${sentence(cause)}`, { cause });
  }
}

/** The connection broke while it was in use: a statement that was sent on it may have taken effect. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  constructor(cause: unknown) {
    super(`the database connection was lost: ${sentence(cause)}`, { cause });
  }
}

/** The client stopped waiting and closed the connection: the statement may still take effect. */
export class QueryTimedOut extends Error {
  override readonly name = 'QueryTimedOut';
  constructor(readonly timeoutMs: number) {
    super(`no answer from the database within ${timeoutMs} ms`);
  }
}

/**
 * The answer to COMMIT was ROLLBACK: a statement in the transaction had failed, and the caller ignored its error. Nothing
 * was written. (PostgreSQL and CockroachDB both do this without raising an error.)
 */
export class TransactionRolledBack extends Error {
  override readonly name = 'TransactionRolledBack';
  constructor() {
    super('COMMIT answered ROLLBACK: a statement of the transaction had failed before and its error was not thrown on');
  }
}

/** Tidemark refuses to start with this database. The message is one line for the operator. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

function sentence(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // For a name with several addresses, ECONNREFUSED is an AggregateError without a message.
  return cause.message || String((cause as { code?: unknown }).code ?? cause.name);
}
