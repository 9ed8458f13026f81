// Loaded with `node --import` into an API process of the fault suite. The file RESTART_ERRORS_FILE has a share of its explicit
// transactions. CockroachDB ends these with 40001 at their second statement. This is test code; the product does not use it.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const LOOK_EVERY_MS = 20;
const file = process.env['RESTART_ERRORS_FILE']!;
let share = 0;
setInterval(() => {
  try {
    share = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // The file is being replaced now, or does not exist yet.
  }
}, LOOK_EVERY_MS).unref();

type Query = (...args: unknown[]) => unknown;
const client = pg.Client.prototype as unknown as { query: Query };
const { query } = client;
client.query = function (this: typeof client, ...args: unknown[]) {
  const [statement] = args as [{ text?: unknown }?];
  const begins = String(statement?.text ?? statement).startsWith('BEGIN');
  const sent = query.apply(this, args);
  // The driver queues this statement, so it reaches the server right after BEGIN.
  if (begins && Math.random() < share)
    query.call(this, 'SET LOCAL inject_retry_errors_enabled = true', () => undefined);
  return sent;
};
