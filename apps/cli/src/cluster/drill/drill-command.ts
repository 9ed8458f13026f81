import type { Region } from '@tidemark/local-cluster';

/** One movement of the drill, under a key of its own. Amounts are canonical, in EUR. */
export type DrillCommand = { readonly key: string; readonly walletId: string; readonly amount: string } & (
  { readonly kind: 'deposit' | 'withdrawal' } | { readonly kind: 'transfer'; readonly to: string }
);

/** The outcome of a command, as its sender saw it. */
export interface DrillAnswer {
  readonly command: DrillCommand;
  /** `unknown`: no definite answer came in time, so the command may have taken effect or not. */
  readonly told: 'accepted' | 'rejected' | 'unknown';
}

/** A wallet of the drill and where it lives. */
export interface DrillWallet {
  readonly walletId: string;
  readonly home: Region;
}

export const CURRENCY = 'EUR';
const CENTS_MAX = 500;
/** Withdrawals are larger than deposits, so that some are refused. */
const WITHDRAWAL_CENTS_MAX = 900;
/** Share of commands for wallets of the client's own region. The others are for wallets of all regions. */
const AT_HOME = 0.7;

/** What one client asks for next; about half of the transfers cross regions. */
export function nextCommand(
  key: string,
  region: Region,
  wallets: readonly DrillWallet[],
  random: () => number,
): DrillCommand {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const amount = (max: number) => ((1 + Math.floor(random() * max)) / 100).toFixed(2);
  const near = wallets.filter(({ home }) => home === region);
  const { walletId } = pick(random() < AT_HOME ? near : wallets);
  const what = random();
  if (what < 0.5) return { key, walletId, kind: 'deposit', amount: amount(CENTS_MAX) };
  if (what < 0.75) return { key, walletId, kind: 'withdrawal', amount: amount(WITHDRAWAL_CENTS_MAX) };
  const to = pick(wallets.filter((each) => each.walletId !== walletId)).walletId;
  return { key, walletId, kind: 'transfer', to, amount: amount(CENTS_MAX) };
}

/** The request that a command is sent as. */
export function requestOf(command: DrillCommand): { path: string; body: object } {
  const { walletId, amount } = command;
  if (command.kind !== 'transfer') {
    return { path: `/v1/wallets/${walletId}/${command.kind}s`, body: { amount, currency: CURRENCY } };
  }
  return { path: '/v1/transfers', body: { from: walletId, to: command.to, amount, currency: CURRENCY } };
}
