import { currency, Money, type Currency } from '@tidemark/money';
import fc from 'fast-check';
import type { TestStore } from '../log/log-fixture.js';

/** One wallet or two, as their number among those of a log. */
export type Step =
  | {
      readonly kind: 'deposit' | 'withdraw' | 'limit';
      readonly wallet: number;
      readonly amount: number;
      readonly of: number;
    }
  | {
      readonly kind: 'transfer';
      readonly wallet: number;
      readonly to: number;
      readonly amount: number;
      readonly of: number;
    }
  | { readonly kind: 'rehome'; readonly wallet: number; readonly region: string };

/** What happens at once; then the next. */
export type Script = readonly (readonly Step[])[];

/** None, few and many digits behind the point. */
const CURRENCIES: readonly Currency[] = [currency('EUR', 2), currency('JPY', 0), currency('ETH', 18)];
export const LOG_WALLETS = 5;

const wallet = fc.nat(LOG_WALLETS - 1);
const of = fc.nat(CURRENCIES.length - 1);
const amount = fc.integer({ min: 1, max: 90 });

/** Deposits mostly, so that some of what follows is accepted and some is not. */
export function scripts(regions: readonly string[], { stepsMax }: { stepsMax: number }): fc.Arbitrary<Script> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('deposit' as const), wallet, amount, of }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), wallet, amount, of }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('transfer' as const), wallet, to: wallet, amount, of }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), wallet, amount, of }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('rehome' as const), wallet, region: fc.constantFrom(...regions) }),
    },
  );
  const together = fc.array(step, { minLength: 1, maxLength: 6 });
  return fc.array(together, { minLength: 1, maxLength: Math.ceil(stepsMax / 3), size: 'max' });
}

/** @param nameOf the id of a wallet in this log */
export async function write(store: TestStore, script: Script, nameOf: (wallet: number) => string): Promise<void> {
  for (const steps of script) await Promise.all(steps.map((step) => take(store, step, nameOf)));
}

function take(store: TestStore, step: Step, nameOf: (wallet: number) => string): Promise<unknown> {
  const walletId = nameOf(step.wallet);
  if (step.kind === 'rehome') return store.rehome(walletId, step.region);
  const amount = Money.of(String(step.amount), CURRENCIES[step.of]!);
  switch (step.kind) {
    case 'deposit':
      return store.execute({ type: 'Deposit', walletId, movementId: 'm', amount, details: { reference: 'r' } });
    case 'withdraw':
      return store.execute({ type: 'Withdraw', walletId, movementId: 'm', amount, details: {} });
    case 'limit':
      return store.execute({ type: 'ChangeOverdraftLimit', walletId, limit: amount });
    case 'transfer': {
      const legs = [{ from: walletId, to: nameOf(step.to), amount }] as const;
      return store.execute({ type: 'Transfer', transferId: 't', legs, details: {} });
    }
  }
}
