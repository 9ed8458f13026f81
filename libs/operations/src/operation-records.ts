import type { Database } from '@tidemark/database';
import type { Connection } from '@tidemark/projections';
import type { Action, Operation, Progress } from './operation.js';

interface Row {
  operation_id: string;
  requested_at: string;
  requested_by: string;
  action: Action;
  projection: string;
  arguments: string;
  state: Operation['state'];
  progress: string | null;
  result: string | null;
  finished_at: string | null;
  token: string;
}

const COLUMNS = `o.operation_id, o.requested_at, o.requested_by, o.action, o.projection, o.arguments, o.state, o.progress,
  o.result, o.finished_at, o.token::text AS token`;

/** An operation that a worker may carry out: its token makes sure that only one does. */
export type ClaimableOperation = Operation & { readonly token: string };

/** Asks for an operation. The same id again changes nothing: it is the same operation. */
export async function requestOperation(
  database: Pick<Database, 'query'>,
  request: Pick<Operation, 'operationId' | 'requestedBy' | 'action' | 'projection' | 'arguments'>,
): Promise<Operation> {
  await database.query(
    `INSERT INTO projection_operations (operation_id, requested_by, action, projection, arguments)
     VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text) ON CONFLICT DO NOTHING`,
    [
      ...[request.operationId, request.requestedBy, request.action, request.projection],
      JSON.stringify(request.arguments),
    ],
  );
  return (await findOperation(database, request.operationId))!;
}

export async function findOperation(
  database: Pick<Database, 'query'>,
  operationId: string,
): Promise<Operation | undefined> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM projection_operations o WHERE o.operation_id = $1::uuid`,
    [operationId],
  );
  return rows[0] && toOperation(rows[0]);
}

/** The audit record: the newest first. @param which `before`: the id of an operation, whose elders are listed; at most `limit` */
export async function listOperations(
  database: Pick<Database, 'query'>,
  { projection, before, limit }: { projection?: string; before?: string | undefined; limit: number },
): Promise<Operation[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM projection_operations o
     WHERE ($1::text IS NULL OR o.projection = $1::text)
       AND ($3::uuid IS NULL OR (o.requested_at, o.operation_id) <
         (SELECT b.requested_at, b.operation_id FROM projection_operations b WHERE b.operation_id = $3::uuid))
     ORDER BY o.requested_at DESC, o.operation_id DESC LIMIT $2::int8`,
    [projection ?? null, limit, before ?? null],
  );
  return rows.map(toOperation);
}

/** Those that are not finished, the oldest first. */
export async function openOperations(database: Pick<Database, 'query'>): Promise<ClaimableOperation[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM projection_operations o WHERE o.state IN ('requested', 'running')
     ORDER BY o.requested_at, o.operation_id`,
    [],
    { name: 'open-operations' },
  );
  return rows.map((row) => ({ ...toOperation(row), token: row.token }));
}

/** How many operations no worker has finished. */
export async function countOpenOperations({ query }: Pick<Database, 'query'>): Promise<number> {
  const { rows } = await query<{ open: string }>(
    `SELECT count(*) AS open FROM projection_operations WHERE state IN ('requested', 'running')`,
  );
  return Number(rows[0]!.open);
}

/** Takes an operation as it was seen. @returns its new token; undefined when someone was quicker */
export async function claimOperation(
  { query }: Pick<Database, 'query'>,
  { operationId, token }: ClaimableOperation,
  owner: string,
): Promise<string | undefined> {
  const { rows } = await query<{ token: string }>(
    `UPDATE projection_operations SET state = 'running', owner = $3::text, token = token + 1
     WHERE operation_id = $1::uuid AND token = $2::int8 AND state IN ('requested', 'running')
     RETURNING token::text AS token`,
    [operationId, token, owner],
  );
  return rows[0]?.token;
}

/** @returns whether the operation still is this worker's */
export async function saveProgress(
  { query }: Pick<Connection, 'query'>,
  { operationId, token }: Pick<ClaimableOperation, 'operationId' | 'token'>,
  progress: Progress,
): Promise<boolean> {
  const { rowCount } = await query(
    `UPDATE projection_operations SET progress = $3::text
     WHERE operation_id = $1::uuid AND token = $2::int8 AND state = 'running'`,
    [operationId, token, JSON.stringify(progress)],
    { name: 'save-progress' },
  );
  return rowCount === 1;
}

export async function finishOperation(
  { query }: Pick<Database, 'query'>,
  { operationId, token }: Pick<ClaimableOperation, 'operationId' | 'token'>,
  state: 'done' | 'failed',
  result: object,
): Promise<void> {
  await query(
    `UPDATE projection_operations SET state = $3::text, result = $4::text, finished_at = now()
     WHERE operation_id = $1::uuid AND token = $2::int8 AND state = 'running'`,
    [operationId, token, state, JSON.stringify(result)],
  );
}

function toOperation(row: Row): Operation {
  return {
    operationId: row.operation_id,
    requestedAt: row.requested_at,
    requestedBy: row.requested_by,
    action: row.action,
    projection: row.projection,
    arguments: JSON.parse(row.arguments),
    state: row.state,
    progress: row.progress === null ? null : JSON.parse(row.progress),
    result: row.result === null ? null : JSON.parse(row.result),
    finishedAt: row.finished_at,
  };
}
