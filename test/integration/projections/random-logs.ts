import { currency, Money, type Currency } from '@tidemark/money';
import fc from 'fast-check';
import type { TestStore } from '../log/log-fixture.js';

/** One wallet or two, as indexes into the wallets of a log. */
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
  | {
      /** `id`: which hold or pending movement of the wallet; `expires`: soon, so that some are past their time later. */
      readonly kind: 'hold' | 'announce';
      readonly wallet: number;
      readonly id: number;
      readonly amount: number;
      readonly of: number;
      readonly out: boolean;
      readonly expires: boolean;
    }
  | {
      readonly kind: 'capture';
      readonly wallet: number;
      readonly id: number;
      readonly to: number | undefined;
      readonly amount: number | undefined;
      readonly of: number;
    }
  | { readonly kind: 'end'; readonly wallet: number; readonly id: number; readonly how: (typeof ENDINGS)[number] }
  | { readonly kind: 'freeze'; readonly wallet: number; readonly thaw: boolean }
  | { readonly kind: 'rehome'; readonly wallet: number; readonly region: string };

const ENDINGS = ['VoidHold', 'SettleDeposit', 'SettleWithdrawal', 'FailDeposit', 'FailWithdrawal'] as const;

/** The steps that happen at once, then the next ones. */
export type Script = readonly (readonly Step[])[];

/** Currencies with no, few and many fraction digits. */
const CURRENCIES: readonly Currency[] = [currency('EUR', 2), currency('JPY', 0), currency('ETH', 18)];
export const LOG_WALLETS = 5;
/** The number of different holds, and pending movements, in the steps of a wallet. */
const IDS = 3;
const EXPIRES_IN_MS = 1_000;

const wallet = fc.nat(LOG_WALLETS - 1);
const of = fc.nat(CURRENCIES.length - 1);
const amount = fc.integer({ min: 1, max: 90 });
const id = fc.nat(IDS - 1);
const begun = { wallet, id, amount: fc.integer({ min: 1, max: 30 }), of, out: fc.boolean(), expires: fc.boolean() };

/** Mostly deposits, so that some later commands are accepted and some are rejected. */
export function scripts(regions: readonly string[], { stepsMax }: { stepsMax: number }): fc.Arbitrary<Script> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('deposit' as const), wallet, amount, of }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), wallet, amount, of }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('transfer' as const), wallet, to: wallet, amount, of }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), wallet, amount, of }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('hold' as const), ...begun }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('announce' as const), ...begun }) },
    {
      weight: 3,
      arbitrary: fc.record({
        ...{ kind: fc.constant('capture' as const), wallet, id, of },
        to: fc.option(wallet, { nil: undefined }),
        amount: fc.option(fc.integer({ min: 1, max: 15 }), { nil: undefined }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('end' as const), wallet, id, how: fc.constantFrom(...ENDINGS) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze' as const), wallet, thaw: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('rehome' as const), wallet, region: fc.constantFrom(...regions) }),
    },
  );
  const together = fc.array(step, { minLength: 1, maxLength: 6 });
  return fc.array(together, { minLength: 1, maxLength: Math.ceil(stepsMax / 3), size: 'max' });
}

/**
 * @param nameOf the id of a wallet in this log
 * @param clock of the store, in milliseconds since the epoch. Expiries are some time after it
 */
export async function write(
  store: TestStore,
  script: Script,
  nameOf: (wallet: number) => string,
  clock: () => number = Date.now,
): Promise<void> {
  for (const steps of script) await Promise.all(steps.map((step) => take(store, step, nameOf, clock)));
}

function take(store: TestStore, step: Step, nameOf: (wallet: number) => string, clock: () => number): Promise<unknown> {
  const walletId = nameOf(step.wallet);
  if (step.kind === 'rehome') return store.rehome(walletId, step.region);
  if (step.kind === 'freeze') {
    return store.execute({ type: step.thaw ? 'Unfreeze' : 'Freeze', walletId, direction: 'credits' });
  }
  if (step.kind === 'end') return end(store, walletId, step);
  const money = (amount: number) => Money.of(String(amount), CURRENCIES[step.of]!);
  if (step.kind === 'capture') {
    const { to, amount } = step;
    return store.execute({
      ...{ type: 'CaptureHold', walletId, holdId: `hd_${step.id}`, captureId: 'c', details: {} },
      ...(to !== undefined && { to: nameOf(to) }),
      ...(amount !== undefined && { amount: money(amount) }),
    });
  }
  const amount = money(step.amount);
  switch (step.kind) {
    case 'hold':
    case 'announce':
      return begin(store, walletId, step, amount, clock());
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

function begin(
  store: TestStore,
  walletId: string,
  { kind, id, out, expires }: Extract<Step, { kind: 'hold' | 'announce' }>,
  amount: Money,
  now: number,
): Promise<unknown> {
  const expiry = expires && { expiresAt: new Date(now + EXPIRES_IN_MS).toISOString() };
  const details = { reference: 'r' };
  if (kind === 'hold') {
    return store.execute({ type: 'PlaceHold', walletId, holdId: `hd_${id}`, amount, details, ...expiry });
  }
  const movement = { walletId, movementId: `mv_${id}`, amount, details, pending: true as const, ...expiry };
  return store.execute(out ? { type: 'Withdraw', ...movement } : { type: 'Deposit', ...movement });
}

function end(store: TestStore, walletId: string, { how, id }: Extract<Step, { kind: 'end' }>): Promise<unknown> {
  if (how === 'VoidHold') return store.execute({ type: how, walletId, holdId: `hd_${id}` });
  const movementId = `mv_${id}`;
  if (how === 'FailDeposit' || how === 'FailWithdrawal') return store.execute({ type: how, walletId, movementId });
  return store.execute({ type: how, walletId, movementId, details: {} });
}
