import type { Database } from '@tidemark/database';
import { scopeOf } from '@tidemark/wallet';
import type { CommandRequest } from './command-request.js';
import { draft } from './draft.js';
import type { CommandOutcome } from './outcome.js';
import { LOG_START, positionOf } from './position.js';
import { readForDecision } from './read-for-decision.js';

/**
 * Decides a command without writing: no lock, no row, no stored key. An accepted command gets the position of the wallet's last
 * event, on which it was decided.
 *
 * @param clock ISO 8601, UTC, milliseconds
 * @throws IdempotencyKeyReused, EventFromTheFuture; whatever the database says
 */
export async function dryRun(
  database: Pick<Database, 'query' | 'engine'>,
  request: CommandRequest,
  clock: string,
): Promise<CommandOutcome> {
  const { known, headOf } = await readForDecision(database, request);
  if (known) return known;
  const { result } = draft(request, headOf, clock);
  if (result.kind === 'rejected') return { result, replayed: false };
  const { walletId, region, wallet } = headOf(scopeOf(request.command));
  const { rows } = await database.query<{ position: string }>(
    'SELECT e.position::text AS position FROM wallet_events e WHERE e.region = $1 AND e.wallet_id = $2 AND e.version = $3',
    [region, walletId, wallet.version],
    { name: 'position-of-version' },
  );
  const position = rows[0] ? positionOf(database.engine, rows[0].position) : LOG_START[database.engine];
  return { result: { ...result, position }, replayed: false };
}
