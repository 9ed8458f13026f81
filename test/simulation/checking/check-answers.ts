import { Money } from '@tidemark/money';
import type { Answer, Repeat, WalletShown } from '../clients/client-model.js';
import type { Evidence } from './evidence.js';
import type { Report } from './violation.js';
import type { WalletHistory } from './wallet-histories.js';

/** Checks that each answer equals the log at its version, and that no client gets an older state than before. */
export function checkAnswers(
  { outcomes, model }: Evidence,
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  for (const { idempotencyKey, result } of outcomes) {
    if (result.kind === 'rejected') checkRejection(idempotencyKey, result, histories, report);
    else {
      for (const { balances, ...wallet } of result.wallets) {
        const posted = Object.fromEntries(balances.map((each) => [each.currency, each.posted]));
        checkShown(`the outcome of ${idempotencyKey}`, { ...wallet, balances: posted }, histories, report);
      }
    }
  }
  for (const repeat of model.repeats) checkRepeat(repeat, report);
  const newest = new Map<string, number>();
  for (const seen of model.seen) {
    const who = `client ${seen.client}, by ${seen.by}`;
    checkShown(who, seen, histories, report);
    const place = `${seen.client} ${seen.walletId}`;
    const before = newest.get(place) ?? 0;
    const went = seen.by === 'command' ? seen.version <= before : seen.version < before;
    if (went) report('went_backwards', `${who}: ${seen.walletId} at version ${seen.version} after ${before}`);
    newest.set(place, Math.max(before, seen.version));
  }
}

function checkShown(
  who: string,
  { walletId, version, homeRegion, balances }: WalletShown,
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  const state = histories.get(walletId)?.states[version];
  const shown = `${homeRegion} ${sorted(balances)}`;
  const true_ = state && `${state.homeRegion} ${sorted(postedOf(state))}`;
  if (shown !== true_) {
    report('answer_false', `${who}: ${walletId} at version ${version} was shown as ${shown}, and is ${true_}`);
  }
}

function checkRejection(
  key: string,
  { code, details }: { code: string; details: Readonly<Record<string, unknown>> },
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  if (code === 'same_region') {
    const { walletId, homeRegion } = details as unknown as RefusedRegion;
    if (histories.get(walletId)?.states.some((state) => state.homeRegion === homeRegion)) return;
    return report('rejection_false', `${key}: ${walletId} never lived in ${homeRegion}`);
  }
  if (code !== 'insufficient_funds') return report('rejection_false', `${key} is stored as ${code}`);
  const { walletId, requested, available, overdraftLimit } = details as unknown as RefusedFunds;
  const history = histories.get(walletId);
  const untouched = history?.states.at(-1)!.balances[requested.currency] === undefined;
  const wasTrue = untouched
    ? money(available).isZero() && money(overdraftLimit).isZero()
    : standingsOf(history!).has(standing(available, overdraftLimit));
  if (!history || !wasTrue) {
    report('rejection_false', `${key}: ${walletId} never had ${available.amount} ${available.currency} to spend`);
  }
  const spendable = money(available).plus(money(overdraftLimit));
  if (spendable.greaterThanOrEqual(money(requested))) {
    report('rejection_false', `${key}: ${available.amount} is enough for ${requested.amount} ${requested.currency}`);
  }
}

/** Every balance of a wallet with its limit at that time. Computed once for each wallet, because there are many rejections and long histories. */
const standings = new WeakMap<WalletHistory, ReadonlySet<string>>();

function standingsOf(history: WalletHistory): ReadonlySet<string> {
  const known = standings.get(history);
  if (known) return known;
  const found = new Set<string>();
  let before: WalletHistory['states'][number]['balances'] = {};
  for (const { balances } of history.states) {
    for (const [currency, balance] of Object.entries(balances)) {
      if (balance === before[currency]) continue;
      const { posted, overdraftLimit } = balance;
      // Before the first movement in a currency the balance is 0.
      if (!before[currency]) found.add(standing(zero(posted), zero(posted)));
      found.add(standing(posted.toJSON(), overdraftLimit.toJSON()));
    }
    before = balances;
  }
  standings.set(history, found);
  return found;
}

function standing(available: Amount, overdraftLimit: Amount): string {
  return `${available.amount} ${available.currency}, limit ${overdraftLimit.amount}`;
}

function zero({ currency }: Money): Amount {
  return Money.zero(currency).toJSON();
}

/** Checks that no command is decided twice: the same request gets the same answer, and another request under its key is refused. */
function checkRepeat({ first, otherBody, answer }: Repeat, report: Report): void {
  const { key } = first.command;
  if (otherBody) {
    if (answer.code === 'idempotency_key_reused') return;
    return report('repeat_differs', `${key} with another body was answered ${meaningOf(answer)}`);
  }
  if (meaningOf(first) === meaningOf(answer)) return;
  report('repeat_differs', `${key} was answered ${meaningOf(first)}, and then ${meaningOf(answer)}`);
}

function meaningOf({ code, position, wallets }: Answer): string {
  const shown = wallets.map(({ walletId, version, balances }) => `${walletId} ${version} ${sorted(balances)}`);
  return code ?? [position, ...shown.sort()].join(', ');
}

interface RefusedRegion {
  readonly walletId: string;
  readonly homeRegion: string;
}

interface RefusedFunds {
  readonly walletId: string;
  readonly requested: Amount;
  readonly available: Amount;
  readonly overdraftLimit: Amount;
}
type Amount = { readonly amount: string; readonly currency: string };

function money({ amount, currency }: Amount): Money {
  return Money.fromCanonical(amount, currency);
}

function postedOf({ balances }: WalletHistory['states'][number]): Record<string, string> {
  return Object.fromEntries(Object.entries(balances).map(([currency, { posted }]) => [currency, posted.toString()]));
}

function sorted(balances: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(balances).sort());
}
