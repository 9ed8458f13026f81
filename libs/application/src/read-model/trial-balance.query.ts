import { accountTotals, plainNotation, type LiveBuilds } from '@tidemark/projections';
import type { CounterAccount } from '@tidemark/wallet';
import { asc, sql } from 'drizzle-orm';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';
import { ofBuilds } from './of-builds.js';
import type { Reading } from './reading.js';

/** What was debited and credited to an account, or to all wallets, in one currency. Amounts are canonical. */
export interface AccountTotal {
  readonly account: CounterAccount | 'wallets';
  readonly debit: string;
  readonly credit: string;
  /** Credit less debit. */
  readonly balance: string;
}

export interface CurrencyTrialBalance {
  readonly currency: string;
  readonly accounts: readonly AccountTotal[];
  /** Whether as much was debited as was credited: false is a defect, or a changed row. */
  readonly inBalance: boolean;
}

export interface TrialBalance {
  readonly live: string | undefined;
  readonly checkpoints: readonly Checkpoint[];
  /** By code. */
  readonly currencies: readonly CurrencyTrialBalance[];
}

/** The trial balance of some builds, all regions and shards added up by the database in one snapshot. */
export async function readTrialBalance(reading: Reading, builds: LiveBuilds): Promise<TrialBalance> {
  const { drizzle, database, regions } = reading;
  const [debits, credits] = [sql`sum(${accountTotals.debit})`, sql`sum(${accountTotals.credit})`];
  const sums = drizzle
    .select({
      account: accountTotals.account,
      currency: accountTotals.currency,
      debit: sql<string>`${debits}::text`.as('debits'),
      credit: sql<string>`${credits}::text`.as('credits'),
      balance: sql<string>`(${credits} - ${debits})::text`.as('balance'),
      inBalance: sql<boolean>`sum(${credits} - ${debits}) OVER (PARTITION BY ${accountTotals.currency}) = 0`.as(
        'in_balance',
      ),
    })
    .from(accountTotals)
    .where(ofBuilds(accountTotals, builds, regions))
    .groupBy(accountTotals.account, accountTotals.currency)
    .as('sums');
  const { account, currency, debit, credit, balance, inBalance } = sums;
  const build = liveBuild(reading, 'trial_balance', builds);
  const found = await drizzle
    .select({
      live: build.live,
      checkpoints: build.checkpoints,
      ...{ account, currency, debit, credit, balance, inBalance },
    })
    .from(build)
    .leftJoin(sums, sql`true`)
    .orderBy(asc(currency), asc(account));
  const totals = found.flatMap(({ live: _live, checkpoints: _checkpoints, ...row }) =>
    // Without totals there is one row all the same, for the pointer and the checkpoints.
    row.currency === null ? [] : [row as Row],
  );
  return {
    live: found[0]?.live,
    checkpoints: checkpointsOf(database, regions, found[0]?.checkpoints ?? null),
    currencies: [...Map.groupBy(totals, (each) => each.currency)].map(([code, of]) => ({
      currency: code,
      accounts: of.map(totalOf),
      inBalance: of[0]!.inBalance,
    })),
  };
}

type Row = AccountTotal & { currency: string; inBalance: boolean };

function totalOf({ account, debit, credit, balance }: Row): AccountTotal {
  return { account, debit: plainNotation(debit), credit: plainNotation(credit), balance: plainNotation(balance) };
}
