import type { Database } from '@tidemark/database';
import { factsOf, initialState, scopeOf, walletsOf } from '@tidemark/wallet';
import { isRepeat, type CommandRequest } from './command-request.js';
import { absentHead, openedIn, type WalletHead } from './draft.js';
import { IdempotencyKeyReused, type CommandOutcome } from './outcome.js';
import { findOutcomes, replayOf } from './outcome-lookup.js';
import { addressText, readFacts } from './stored-facts.js';
import { loadWallets } from './wallet-loader.js';

export interface ReadForDecision {
  /** Of each request: the first answer, where its key was used before, or that it was used for another request. */
  readonly known: readonly (CommandOutcome | IdempotencyKeyReused | undefined)[];
  /** The wallets of the commands, with the facts that they name. */
  readonly heads: Map<string, WalletHead>;
}

/**
 * Reads all that some commands are decided on, one statement after the other.
 *
 * @throws EventFromTheFuture; whatever the database says
 */
export async function readForDecision(
  on: Pick<Database, 'query' | 'engine'>,
  requests: readonly CommandRequest[],
): Promise<ReadForDecision> {
  const regions = new Map<string, string>();
  for (const { command } of requests) {
    for (const walletId of walletsOf(command))
      regions.set(walletId, regions.get(walletId) || openedIn(command, walletId));
  }
  const loaded = await loadWallets(
    on,
    [...regions].map(([walletId, region]) => ({ walletId, from: absentHead(walletId, region, initialState) })),
  );
  for (const head of loaded.values()) if (head instanceof Error) throw head;
  const heads = loaded as Map<string, WalletHead>;
  const outcomes = await findOutcomes(
    on,
    requests.map(({ command, idempotencyKey, caller }) => {
      const { region, walletId } = heads.get(scopeOf(command))!;
      return { region, walletId, idempotencyKey, caller };
    }),
  );
  const known = requests.map((request, i) => {
    const stored = outcomes[i];
    if (!stored) return undefined;
    return isRepeat(request, stored.requestHash) ? replayOf(stored) : new IdempotencyKeyReused(request.idempotencyKey);
  });
  await addFacts(
    on,
    requests.filter((_, i) => !known[i]),
    heads,
  );
  return { known, heads };
}

async function addFacts(
  on: Pick<Database, 'query' | 'engine'>,
  requests: readonly CommandRequest[],
  heads: Map<string, WalletHead>,
): Promise<void> {
  const addresses = requests.flatMap(({ command }) => factsOf(command));
  if (addresses.length === 0) return;
  const found = await readFacts(on, addresses);
  for (const address of addresses) {
    const { walletId, key } = address;
    const { value } = found.get(addressText(address))!;
    const head = heads.get(walletId)!;
    heads.set(walletId, { ...head, facts: new Map(head.facts).set(key, { value, version: 0 }) });
  }
}
