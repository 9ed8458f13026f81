import { unreachable } from '@tidemark/wallet';
import type { SeededRandom } from '../seeded-random.js';
import type { WalletNames } from './crowd.js';

/** A request of a client under one idempotency key. Amounts are canonical decimal strings. */
export type Command = { readonly key: string; readonly walletId: string } & (
  | { readonly kind: 'open'; readonly homeRegion?: string }
  | { readonly kind: 'limit' | 'deposit' | 'withdraw'; readonly amount: string; readonly currency: string }
  | { readonly kind: 'transfer'; readonly to: string; readonly amount: string; readonly currency: string }
  | { readonly kind: 'rehome'; readonly homeRegion: string }
);

/**
 * `again`: a command that was answered before, with the same or another body.
 * `twice`: the same command at the same time, to two processes.
 */
export type Action =
  | { readonly kind: 'command'; readonly command: Command; readonly twice: boolean }
  | { readonly kind: 'read'; readonly walletId: string }
  | { readonly kind: 'again'; readonly otherBody: boolean };

const CURRENCIES = ['EUR', 'JPY'] as const;
/** In percent. The rest are transfers. Withdrawals are larger than deposits, so that some are rejected. */
const READS = 14;
const DEPOSITS = 40;
const WITHDRAWALS = 22;
const LIMITS = 3;
/** The share of these commands, if there are several regions. */
const REHOMES = 0.01;

export interface Plan {
  readonly client: number;
  readonly random: SeededRandom;
  /** The wallets it uses. */
  readonly circle: readonly string[];
  readonly wallets: WalletNames;
  readonly strays: number;
  readonly repeats: number;
  /** The regions to which wallets can move; empty with one region. */
  readonly regions: readonly string[];
}

/** The endless sequence of actions of one client. `random` determines all of it. */
export function* workloadOf(plan: Plan): Generator<Action> {
  const { client, random, circle, wallets, strays, repeats, regions } = plan;
  const anyWallet = () => random.pick(random.chance(strays) ? wallets.all : circle);
  for (let made = 0; ;) {
    const walletId = anyWallet();
    const what = random.integer(0, 99);
    if (what < READS) {
      yield { kind: 'read', walletId };
      continue;
    }
    if (made > 0 && random.chance(repeats)) {
      yield { kind: 'again', otherBody: random.chance(0.3) };
      continue;
    }
    const key = `c${client}-${made++}`;
    const currency = random.chance(0.8) ? CURRENCIES[0] : CURRENCIES[1];
    const amount = (max: number) => amountOf(random, currency, max);
    const twice = random.chance(repeats / 2);
    let command: Command;
    if (regions.length > 1 && random.chance(REHOMES)) {
      command = { kind: 'rehome', key, walletId, homeRegion: random.pick(regions) };
    } else if (what < READS + DEPOSITS) {
      command = { kind: 'deposit', key, walletId, amount: amount(1_000), currency };
    } else if (what < READS + DEPOSITS + WITHDRAWALS) {
      command = { kind: 'withdraw', key, walletId, amount: amount(3_000), currency };
    } else if (what < READS + DEPOSITS + WITHDRAWALS + LIMITS) {
      // A limit is lowered below the current debt as often as it is raised. Then no money may leave until the debt is paid back.
      command = { kind: 'limit', key, walletId, amount: amount(2_000), currency };
    } else {
      const to = anotherThan(walletId, anyWallet);
      command = { kind: 'transfer', key, walletId, to, amount: amount(1_500), currency };
    }
    yield { kind: 'command', command, twice };
  }
}

/** The first commands: they open every wallet in some region, and set overdraft limits for some. */
export function preparationOf(random: SeededRandom, { all }: WalletNames, regions: readonly string[]): Action[][] {
  return all.map((walletId) => {
    const where = regions.length > 0 && { homeRegion: random.pick(regions) };
    const open = { kind: 'open', key: `open-${walletId}`, walletId, ...where } as const;
    const limit = { kind: 'limit', key: `limit-${walletId}`, walletId, amount: '10.00', currency: 'EUR' } as const;
    const commands = random.chance(0.2) ? [open, limit] : [open];
    return commands.map((command) => ({ kind: 'command', command, twice: false }));
  });
}

/** The HTTP request of a command. */
export function requestOf(command: Command): { path: string; body: object } {
  const { walletId } = command;
  switch (command.kind) {
    case 'open':
      return { path: '/v1/wallets', body: { walletId, homeRegion: command.homeRegion } };
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
    case 'rehome':
      return { path: `/v1/wallets/${walletId}/rehome`, body: { homeRegion: command.homeRegion } };
    default:
      return unreachable(command);
  }
}

/** The same key with another body. Undefined for a command without an amount. */
export function withOtherBody(command: Command): Command | undefined {
  return 'amount' in command ? { ...command, amount: `1${command.amount}` } : undefined;
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
