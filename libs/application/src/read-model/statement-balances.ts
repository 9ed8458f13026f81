import { Money } from '@tidemark/money';
import { readWalletAt, walletMovements, type LiveBuilds } from '@tidemark/projections';
import { decodeWallet, READABLE_STATE_VERSIONS, type Wallet } from '@tidemark/wallet';
import { and, asc, desc, eq, gt, lte, sql } from 'drizzle-orm';
import { ofBuilds } from './of-builds.js';
import type { Reading } from './reading.js';
import type { StoredState } from './statement.query.js';

/** The statement would have to look at more movements than a request may. HTTP 422. */
export class StatementTooLong extends Error {
  override readonly name = 'StatementTooLong';
}

/** What a wallet held of one currency before the first line of a range, and after the last. */
export interface RangeBalance {
  readonly currency: string;
  readonly opening: Money;
  readonly closing: Money;
}

/** What was booked, by currency code. */
export type Posted = ReadonlyMap<string, Money>;

/** Lines that are looked at for a balance: nearly always one of these has it. */
const FEW = 100;
/** The most that are, before and after the version: for a currency that moves rarely, in a wallet that moves often. */
export const BALANCE_LINES_MAX = 20_000;

/** The wallet as the projection keeps it. A state of another version is folded again from the log. */
export async function walletOfStored(
  { database }: Reading,
  walletId: string,
  { version, stateVersion, state }: StoredState,
): Promise<Wallet> {
  if (READABLE_STATE_VERSIONS.includes(stateVersion)) return decodeWallet(state);
  return (await readWalletAt(database, walletId, { version }))!.wallet;
}

/**
 * What a wallet had booked after the event `version`, in each currency that it has now.
 *
 * @param now the wallet after everything that the projection has seen
 * @throws StatementTooLong
 */
export async function postedAt(
  reading: Reading,
  builds: LiveBuilds,
  walletId: string,
  now: Wallet,
  version: number,
): Promise<Posted> {
  const current = new Map(Object.entries(now.balances).map(([code, { posted }]) => [code, posted]));
  if (version >= now.version) return current;
  const zero = (code: string) => Money.zero(current.get(code)!.currency);
  if (version === 0) return new Map([...current.keys()].map((code) => [code, zero(code)]));
  for (const max of [FEW, BALANCE_LINES_MAX]) {
    const before = await lastLines(reading, builds, walletId, version, max, 'before');
    const missing = [...current.keys()].filter((code) => !before.posted.has(code));
    // A currency that was not moved after the version has the balance of now. One that was not moved before it had none.
    const after =
      missing.length === 0 || before.all
        ? undefined
        : await lastLines(reading, builds, walletId, version, max, 'after');
    const found = [...current.keys()].map((code): [string, Money | undefined] => [
      code,
      before.posted.get(code) ??
        (before.all ? zero(code) : (after?.posted.get(code) ?? (after?.all ? current.get(code) : undefined))),
    ]);
    if (found.every(([, posted]) => posted !== undefined)) return new Map(found as [string, Money][]);
  }
  throw new StatementTooLong(
    `a currency of wallet ${walletId} was not moved by the ${BALANCE_LINES_MAX} movements before and after the beginning or the ` +
      'end of this range: choose other times',
  );
}

interface Lines {
  readonly posted: Posted;
  /** Whether there are no more lines. */
  readonly all: boolean;
}

/** The balance of each currency by its line nearest to a version. */
async function lastLines(
  { drizzle, regions }: Reading,
  builds: LiveBuilds,
  walletId: string,
  version: number,
  max: number,
  side: 'before' | 'after',
): Promise<Lines> {
  const order = side === 'before' ? desc : asc;
  const near = drizzle
    .select({
      version: walletMovements.version,
      currency: walletMovements.currency,
      amount: walletMovements.amount,
      balanceAfter: walletMovements.balanceAfter,
    })
    .from(walletMovements)
    .where(
      and(
        ...[ofBuilds(walletMovements, builds, regions), eq(walletMovements.walletId, walletId)],
        (side === 'before' ? lte : gt)(walletMovements.version, String(version)),
      ),
    )
    .orderBy(order(walletMovements.version))
    .limit(max)
    .as('near');
  const rows = await drizzle
    .selectDistinctOn([near.currency], {
      currency: near.currency,
      amount: near.amount,
      balanceAfter: near.balanceAfter,
      lines: sql<string>`count(*) OVER ()`,
    })
    .from(near)
    .orderBy(near.currency, order(near.version));
  const posted = rows.map(({ currency, amount, balanceAfter }): [string, Money] => {
    const after = Money.fromCanonical(balanceAfter, currency);
    return [currency, side === 'before' ? after : after.minus(Money.fromCanonical(amount, currency))];
  });
  return { posted: new Map(posted), all: Number(rows[0]?.lines ?? 0) < max };
}

/** The balances of a range in each currency, by code. */
export function rangeBalances(opening: Posted, closing: Posted): RangeBalance[] {
  return [...new Set([...opening.keys(), ...closing.keys()])].sort().map((currency) => {
    const { currency: of } = (closing.get(currency) ?? opening.get(currency))!;
    return {
      currency,
      opening: opening.get(currency) ?? Money.zero(of),
      closing: closing.get(currency) ?? Money.zero(of),
    };
  });
}
