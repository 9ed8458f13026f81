import type { Database } from '@tidemark/database';
import type { CommandResult } from '@tidemark/event-store';

/** The most retries of a rejected row. A row that was rejected this often will not be accepted. */
export const RETRIES_MAX = 100;

/** What became of a refused movement since: how often it was decided again, and the last answer. */
export interface PastRetries {
  readonly count: number;
  readonly last: (Pick<CommandResult, 'kind'> & { readonly code?: string; readonly details?: object }) | undefined;
}

/**
 * Looks up the answers that were given to a movement under the keys of its retries, which are used in order.
 *
 * @param caller whose keys they are; keys from before ADR 10 belong to no caller
 * @param keyOf the key of a retry, from 1
 */
export async function findPastRetries(
  database: Pick<Database, 'query'>,
  walletId: string,
  caller: string,
  keyOf: (retry: number) => string,
): Promise<PastRetries> {
  const keys = Array.from({ length: RETRIES_MAX }, (_, i) => keyOf(i + 1));
  const { rows } = await database.query<{ ordinal: string; result: string }>(FIND, [walletId, keys, caller], {
    name: 'find-past-retries',
  });
  const last = rows.reduce((a, b) => (Number(b.ordinal) > Number(a.ordinal) ? b : a), { ordinal: '0', result: 'null' });
  return { count: Number(last.ordinal), last: JSON.parse(last.result) ?? undefined };
}

const FIND = `
SELECT k.ordinal, o.result
FROM unnest($2::text[]) WITH ORDINALITY AS k(idempotency_key, ordinal)
JOIN wallets w ON w.wallet_id = $1::text
JOIN command_outcomes o
  ON o.region = w.region AND o.wallet_id = w.wallet_id AND o.idempotency_key = k.idempotency_key
  AND (o.caller = $3::text OR o.caller = '')`;
