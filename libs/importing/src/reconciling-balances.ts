import type { Database } from '@tidemark/database';
import { domainEvent, readWallets, readWalletEvents } from '@tidemark/event-store';
import type { Money } from '@tidemark/money';
import { balanceOf, statementLineOf } from '@tidemark/wallet';

/** What wallets hold by currency code. A wallet that does not exist is missing. */
export type Balances = ReadonlyMap<string, ReadonlyMap<string, Money>>;

/** Events of one wallet in memory at once. */
const EVENTS_AT_ONCE = 1_000;

/** What wallets hold now, in these currencies. */
export async function balancesNow(
  database: Pick<Database, 'query' | 'engine'>,
  walletIds: readonly string[],
  currenciesOf: (walletId: string) => readonly Money[],
): Promise<Balances> {
  const wallets = await readWallets(database, walletIds);
  return new Map(
    [...wallets].map(([walletId, wallet]) => [
      walletId,
      new Map(currenciesOf(walletId).map(({ currency }) => [currency.code, balanceOf(wallet, currency).posted])),
    ]),
  );
}

/**
 * What wallets held at a time of the business: the sum of the movements that took effect before it. A movement that says no time of
 * effect took effect when it was recorded.
 *
 * @param before RFC 3339 in UTC with milliseconds
 */
export async function balancesBefore(
  database: Pick<Database, 'query' | 'engine'>,
  walletIds: readonly string[],
  before: string,
): Promise<Balances> {
  const found = new Map<string, ReadonlyMap<string, Money>>();
  for (const walletId of walletIds) {
    const sums = await sumsBefore(database, walletId, before);
    if (sums) found.set(walletId, sums);
  }
  return found;
}

async function sumsBefore(database: Pick<Database, 'query' | 'engine'>, walletId: string, before: string) {
  const sums = new Map<string, Money>();
  let after = 0;
  for (;;) {
    const events = await readWalletEvents(database, { walletId, after, limit: EVENTS_AT_ONCE });
    for (const event of events) {
      after = event.version;
      const line = statementLineOf(domainEvent(event));
      if (!line || (line.details.effectiveAt ?? event.recordedAt) >= before) continue;
      const { code } = line.amount.currency;
      sums.set(code, sums.get(code)?.plus(line.amount) ?? line.amount);
    }
    if (events.length < EVENTS_AT_ONCE) return after === 0 ? undefined : sums;
  }
}
