import type { Database } from '@tidemark/database';
import { scopeOf } from '@tidemark/wallet';
import type { CommandRequest } from './command-request.js';
import { draft, type WalletHead } from './draft.js';
import { LOOKUP } from './lookup-join.js';
import type { CommandOutcome, IdempotencyKeyReused } from './outcome.js';
import { LOG_START, positionOf, type Position } from './position.js';
import { readForDecision } from './read-for-decision.js';

/**
 * Decides commands without writing: no lock, no row, no stored key. Each is decided on what the ones before it would leave. An accepted
 * command gets the position of the last event that its wallet has in the log.
 *
 * @param clock ISO 8601, UTC, milliseconds
 * @returns by request: the outcome, or that its key was used for another request
 * @throws EventFromTheFuture; whatever the database says
 */
export async function dryRun(
  database: Pick<Database, 'query' | 'engine'>,
  requests: readonly CommandRequest[],
  clock: string,
): Promise<readonly (CommandOutcome | IdempotencyKeyReused)[]> {
  const { known, heads } = await readForDecision(database, requests);
  const scopes = requests.map(({ command }) => heads.get(scopeOf(command))!);
  const results = requests.map((request, i) => {
    if (known[i]) return undefined;
    const made = draft(request, (walletId) => heads.get(walletId)!, clock);
    for (const head of made.heads) heads.set(head.walletId, head);
    return made.result;
  });
  const accepted = scopes.filter((_, i) => results[i]?.kind === 'accepted');
  const positions = await positionsOf(database, accepted);
  return results.map((result, i) => {
    if (!result) return known[i]!;
    if (result.kind === 'rejected') return { result, replayed: false };
    const position = positions.get(scopes[i]!.walletId) ?? LOG_START[database.engine];
    return { result: { ...result, position }, replayed: false };
  });
}

/** Where the last events of some wallets are, by wallet; none of a wallet that has no event. */
async function positionsOf(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  heads: readonly WalletHead[],
): Promise<Map<string, Position>> {
  if (heads.length === 0) return new Map();
  const { rows } = await query<{ wallet_id: string; position: string }>(
    `SELECT e.wallet_id, e.position::text AS position
FROM unnest($1::text[], $2::text[], $3::int8[]) AS h(region, wallet_id, version)
${LOOKUP[engine].inner} wallet_events e
  ON e.region = h.region AND e.wallet_id = h.wallet_id AND e.version = h.version`,
    [
      heads.map(({ region }) => region),
      heads.map(({ walletId }) => walletId),
      heads.map(({ wallet }) => wallet.version),
    ],
    { name: 'positions-of-versions' },
  );
  return new Map(rows.map(({ wallet_id, position }) => [wallet_id, positionOf(engine, position)]));
}
