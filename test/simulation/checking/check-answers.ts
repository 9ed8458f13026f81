import { Money } from '@tidemark/money';
import type { Seen } from '../clients/client-model.js';
import type { Evidence } from './evidence.js';
import type { Report } from './violation.js';
import type { WalletHistory } from './wallet-histories.js';

/** Whatever anybody was shown is what the log says of that version, and nobody is shown something older than before. */
export function checkAnswers(
  { outcomes, model }: Evidence,
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  for (const { idempotencyKey, result } of outcomes) {
    if (result.kind === 'rejected') checkRejection(idempotencyKey, result, histories, report);
    else {
      for (const { walletId, version, balances } of result.wallets) {
        const posted = Object.fromEntries(balances.map((each) => [each.currency, each.posted]));
        checkShown(`the outcome of ${idempotencyKey}`, { walletId, version, balances: posted }, histories, report);
      }
    }
  }
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
  { walletId, version, balances }: Pick<Seen, 'walletId' | 'version' | 'balances'>,
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  const state = histories.get(walletId)?.states[version];
  const shown = sorted(balances);
  const true_ = state && sorted(postedOf(state));
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
  if (code !== 'insufficient_funds') return report('rejection_false', `${key} is stored as ${code}`);
  const { walletId, requested, available, overdraftLimit } = details as unknown as RefusedFunds;
  const { currency } = requested;
  const wasTrue = histories.get(walletId)?.states.some(({ balances }) => {
    const balance = balances[currency];
    const posted = balance?.posted.toString() ?? zeroLike(available.amount);
    const limit = balance?.overdraftLimit.toString() ?? zeroLike(overdraftLimit.amount);
    return posted === available.amount && limit === overdraftLimit.amount;
  });
  if (!wasTrue) {
    report('rejection_false', `${key}: ${walletId} never had ${available.amount} ${currency} to spend`);
  }
  const spendable = money(available).plus(money(overdraftLimit));
  if (spendable.greaterThanOrEqual(money(requested))) {
    report('rejection_false', `${key}: ${available.amount} is enough for ${requested.amount} ${currency}`);
  }
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

function zeroLike(amount: string): string {
  return amount.includes('.') ? `0.${'0'.repeat(amount.split('.')[1]!.length)}` : '0';
}

function postedOf({ balances }: WalletHistory['states'][number]): Record<string, string> {
  return Object.fromEntries(Object.entries(balances).map(([currency, { posted }]) => [currency, posted.toString()]));
}

function sorted(balances: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(balances).sort());
}
