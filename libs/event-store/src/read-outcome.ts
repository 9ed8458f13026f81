import type { Database } from '@tidemark/database';
import type { CommandResult } from './outcome.js';
import { findOutcomes } from './outcome-lookup.js';
import { readWalletEvents } from './log-reader.js';
import type { RecordedEvent } from './recorded-event.js';

/** Events of one wallet that one command wrote, at most: a transfer has 100 legs, and each may be on both sides. */
const EVENTS_OF_COMMAND_MAX = 200;

/** What the log has under an idempotency key. */
export interface OutcomeOfKey {
  readonly result: CommandResult;
  /** The events that the command wrote on the wallet that the key belongs to, the oldest first. */
  readonly events: readonly RecordedEvent[];
}

/**
 * What a caller's idempotency key was answered.
 *
 * @param key the caller is the owner of the key; a key from before keys belonged to callers is everybody's
 * @returns `wallet`: there is no such wallet; `key`: nothing is stored under that key of that caller
 */
export async function readOutcome(
  reader: Pick<Database, 'query' | 'engine'>,
  key: { readonly walletId: string; readonly idempotencyKey: string; readonly caller: string },
): Promise<OutcomeOfKey | 'wallet' | 'key'> {
  const { rows } = await reader.query<{ region: string }>(
    'SELECT w.region FROM wallets w WHERE w.wallet_id = $1::text',
    [key.walletId],
    { name: 'home-of-wallet' },
  );
  const [home] = rows;
  if (!home) return 'wallet';
  const [stored] = await findOutcomes(reader, [{ ...key, region: home.region }]);
  if (!stored) return 'key';
  const { result } = stored;
  if (result.kind === 'rejected') return { result, events: [] };
  const last = result.wallets.find(({ walletId }) => walletId === key.walletId)?.version ?? 0;
  const after = Math.max(0, last - EVENTS_OF_COMMAND_MAX);
  const events = await readWalletEvents(reader, { walletId: key.walletId, after, limit: last - after });
  return { result, events: events.filter(({ metadata }) => isOfKey(metadata, key)) };
}

function isOfKey(metadata: string, key: { readonly idempotencyKey: string; readonly caller: string }): boolean {
  const { caller, idempotencyKey } = JSON.parse(metadata) as { caller: string; idempotencyKey: string };
  return caller === key.caller && idempotencyKey === key.idempotencyKey;
}
