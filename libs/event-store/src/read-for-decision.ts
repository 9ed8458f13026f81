import type { Database } from '@tidemark/database';
import { factsOf, initialState, scopeOf, walletsOf } from '@tidemark/wallet';
import { isRepeat, type CommandRequest } from './command-request.js';
import { absentHead, openedIn, type WalletHead } from './draft.js';
import { IdempotencyKeyReused, type CommandOutcome } from './outcome.js';
import { findOutcomes, replayOf } from './outcome-lookup.js';
import { addressText, readFacts } from './stored-facts.js';
import { loadWallets } from './wallet-loader.js';

export interface ReadForDecision {
  /** The first answer, where the key was used before. */
  readonly known?: CommandOutcome;
  /** The wallets of the command, with the facts that it names. */
  headOf(walletId: string): WalletHead;
}

/**
 * Reads all that a command is decided on, one statement after the other.
 *
 * @throws IdempotencyKeyReused, EventFromTheFuture; whatever the database says
 */
export async function readForDecision(
  on: Pick<Database, 'query' | 'engine'>,
  request: CommandRequest,
): Promise<ReadForDecision> {
  const { command, idempotencyKey, caller } = request;
  const loaded = await loadWallets(
    on,
    walletsOf(command).map((walletId) => ({ walletId, from: absentHead(walletId, openedIn(command), initialState) })),
  );
  for (const head of loaded.values()) if (head instanceof Error) throw head;
  const heads = loaded as Map<string, WalletHead>;
  const headOf = (walletId: string) => heads.get(walletId)!;
  const { region, walletId } = headOf(scopeOf(command));
  const [stored] = await findOutcomes(on, [{ region, walletId, idempotencyKey, caller }]);
  if (stored) {
    if (isRepeat(request, stored.requestHash)) return { known: replayOf(stored), headOf };
    throw new IdempotencyKeyReused(idempotencyKey);
  }
  await addFacts(on, request, heads);
  return { headOf };
}

async function addFacts(
  on: Pick<Database, 'query' | 'engine'>,
  { command }: CommandRequest,
  heads: Map<string, WalletHead>,
): Promise<void> {
  const addresses = factsOf(command);
  if (addresses.length === 0) return;
  const found = await readFacts(on, addresses);
  for (const address of addresses) {
    const { walletId, key } = address;
    const { value } = found.get(addressText(address))!;
    const head = heads.get(walletId)!;
    heads.set(walletId, { ...head, facts: new Map(head.facts).set(key, { value, version: 0 }) });
  }
}
