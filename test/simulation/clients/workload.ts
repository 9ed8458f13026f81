import { unreachable } from '@tidemark/wallet';
import type { SeededRandom } from '../seeded-random.js';

/** What a client asks for under one idempotency key. Amounts are canonical decimal strings. */
export type Command = { readonly key: string; readonly walletId: string } & (
  | { readonly kind: 'open' }
  | { readonly kind: 'limit' | 'deposit' | 'withdraw'; readonly amount: string; readonly currency: string }
  | { readonly kind: 'transfer'; readonly to: string; readonly amount: string; readonly currency: string }
);

export type Action = Command | { readonly kind: 'read'; readonly walletId: string };

/** The wallets of a simulation. Hot ones are everybody's, so that commands meet; the others are many, so that flushes mix. */
export interface WalletNames {
  readonly hot: readonly string[];
  readonly cold: readonly string[];
}

const CURRENCIES = ['EUR', 'JPY'] as const;
const HOT_SHARE = 0.4;
/** In percent; what is left are transfers. Withdrawals are larger than deposits, so that some are refused. */
const READS = 15;
const DEPOSITS = 40;
const WITHDRAWALS = 22;

export function walletNames({ hot, cold }: { hot: number; cold: number }): WalletNames {
  const named = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}-${i}`);
  return { hot: named('hot', hot), cold: named('cold', cold) };
}

/** What one client does, one action after the other, without an end; `random` decides it all. */
export function* workloadOf(client: number, random: SeededRandom, wallets: WalletNames): Generator<Action> {
  const anyWallet = () => random.pick(random.chance(HOT_SHARE) ? wallets.hot : wallets.cold);
  for (let made = 0; ;) {
    const walletId = anyWallet();
    const what = random.integer(0, 99);
    if (what < READS) {
      yield { kind: 'read', walletId };
      continue;
    }
    const key = `c${client}-${made++}`;
    const currency = random.chance(0.8) ? CURRENCIES[0] : CURRENCIES[1];
    const amount = (max: number) => amountOf(random, currency, max);
    if (what < READS + DEPOSITS) yield { kind: 'deposit', key, walletId, amount: amount(1_000), currency };
    else if (what < READS + DEPOSITS + WITHDRAWALS) {
      yield { kind: 'withdraw', key, walletId, amount: amount(3_000), currency };
    } else {
      const to = anotherThan(walletId, anyWallet);
      yield { kind: 'transfer', key, walletId, to, amount: amount(1_500), currency };
    }
  }
}

/** What has to be there first: every wallet, and for some of them leave to go below zero. */
export function preparationOf(random: SeededRandom, { hot, cold }: WalletNames): Command[][] {
  return [...hot, ...cold].map((walletId) => {
    const open = { kind: 'open', key: `open-${walletId}`, walletId } as const;
    const limit = { kind: 'limit', key: `limit-${walletId}`, walletId, amount: '10.00', currency: 'EUR' } as const;
    return random.chance(0.2) ? [open, limit] : [open];
  });
}

/** The request that a command is sent as. */
export function requestOf(command: Command): { path: string; body: object } {
  const { walletId } = command;
  switch (command.kind) {
    case 'open':
      return { path: '/v1/wallets', body: { walletId } };
    case 'limit':
      return {
        path: `/v1/wallets/${walletId}/limits`,
        body: { currency: command.currency, overdraft: command.amount },
      };
    case 'deposit':
    case 'withdraw': {
      const { amount, currency } = command;
      const plural = command.kind === 'deposit' ? 'deposits' : 'withdrawals';
      return { path: `/v1/wallets/${walletId}/${plural}`, body: { amount, currency } };
    }
    case 'transfer': {
      const { to, amount, currency } = command;
      return { path: '/v1/transfers', body: { from: walletId, to, amount, currency } };
    }
    default:
      return unreachable(command);
  }
}

/** @param max in the smallest unit */
function amountOf(random: SeededRandom, currency: string, max: number): string {
  const units = random.integer(1, max);
  if (currency === 'JPY') return String(units);
  return `${Math.floor(units / 100)}.${String(units % 100).padStart(2, '0')}`;
}

function anotherThan(walletId: string, draw: () => string): string {
  for (;;) {
    const other = draw();
    if (other !== walletId) return other;
  }
}
