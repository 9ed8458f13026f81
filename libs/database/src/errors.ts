/**
 * Errors of this lib's own. They exist so that no caller has to parse a message: `pg` reports a lost connection and a
 * time-out as a plain `Error`, and only its sentence tells them apart.
 */

/** No connection could be had, so the statement was never sent. `cause` is what `pg` or the server said. */
export class ConnectFailed extends Error {
  override readonly name = 'ConnectFailed';
  constructor(cause: unknown) {
    super(`no database connection: ${sentence(cause)}`, { cause });
  }
}

/** The connection broke after it had been handed out: what was sent on it may or may not have taken effect. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  constructor(cause: unknown) {
    super(`the database connection was lost: ${sentence(cause)}`, { cause });
  }
}

/** The client stopped waiting and closed the connection: the statement may or may not take effect. */
export class QueryTimedOut extends Error {
  override readonly name = 'QueryTimedOut';
  constructor(readonly timeoutMs: number) {
    super(`no answer from the database within ${timeoutMs} ms`);
  }
}

/**
 * COMMIT was answered with the tag ROLLBACK: a statement inside had failed and its error was swallowed. Nothing was
 * written. (PostgreSQL and CockroachDB both do this without raising an error.)
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
  // ECONNREFUSED on a name with several addresses comes as an AggregateError without a message.
  return cause.message || String((cause as { code?: unknown }).code ?? cause.name);
}
