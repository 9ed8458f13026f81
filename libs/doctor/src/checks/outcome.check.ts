import { balancesView, type OutcomeRecord, type WalletView } from '@tidemark/event-store';
import type { Wallet } from '@tidemark/wallet';
import type { Report } from '../finding.js';
import type { Tally } from '../tally.js';
import { answerOf, type Answer, type CommandEvent } from './command-outcomes.js';

/**
 * Whether the stored outcome of an event's command is there and says what the log says.
 *
 * @param claims outcomes that are true of their event are counted here, for the walk over the outcomes
 * @param disputed wallets whose balances an outcome has contradicted: from there on all of them do, and one is enough
 */
export function judgeOutcome(event: CommandEvent, claims: Tally, disputed: Set<string>, report: Report): void {
  const { walletId } = event.slice;
  const message = problemOf(event) ?? differenceIn(event, claims, disputed);
  if (message) report({ invariant: 'outcome_present', walletId, version: event.judged.recorded.version, message });
}

function problemOf({ slice, judged, key, requestHash, outcome }: CommandEvent): string | undefined {
  const { recorded } = judged;
  if (!outcome) return `no outcome is stored for the command with key ${key}`;
  const named = nameOf(outcome);
  if (outcome.requestHash !== requestHash) {
    return `${named} is of another request: expected hash ${requestHash}, found ${outcome.requestHash}`;
  }
  const answer = answerOf(outcome);
  if (!answer) return `${named} cannot be read`;
  if (answer.kind === 'rejected') return `${named} says ${answer.code}, and yet there is ${recorded.type}`;
  if (outcome.position !== recorded.position) {
    return `${named} is at position ${outcome.position ?? 'none'}, the event is at ${recorded.position}`;
  }
  const shown = viewIn(answer, slice.walletId);
  if (!shown) return `${named} does not say that this wallet was touched`;
  if (shown.version >= recorded.version) return undefined;
  return `${named} says version ${shown.version}, and yet there is version ${recorded.version}`;
}

/** Of an outcome without a problem. Where it says a later version, that is its last event, and judged there. */
function differenceIn({ slice, judged, outcome }: CommandEvent, claims: Tally, disputed: Set<string>) {
  const { walletId } = slice;
  const shown = viewIn(answerOf(outcome!), walletId)!;
  if (shown.version !== judged.recorded.version) return undefined;
  claims.add(walletId, claimText(outcome!, shown));
  if (!judged.after || disputed.has(walletId)) return undefined;
  const difference = differenceOf(shown, judged.after, judged.recorded.recordedAt);
  if (difference) disputed.add(walletId);
  return difference && `${nameOf(outcome!)} ${difference}`;
}

/** What an outcome says about one wallet, in a tally. */
export function claimText({ region, walletId, idempotencyKey, caller }: OutcomeRecord, shown: WalletView): string {
  return `${region}\n${walletId}\n${idempotencyKey}\n${shown.version}\n${caller}`;
}

function viewIn(answer: Answer | undefined, walletId: string): WalletView | undefined {
  return answer?.kind === 'accepted' ? answer.wallets.find((wallet) => wallet.walletId === walletId) : undefined;
}

function nameOf({ idempotencyKey, walletId }: OutcomeRecord): string {
  return `the outcome of key ${idempotencyKey} at wallet ${walletId}`;
}

/** Only what both know is compared: an answer that an earlier version gave may say less. */
function differenceOf(shown: WalletView, wallet: Wallet, now: string): string | undefined {
  if (shown.homeRegion !== wallet.homeRegion) {
    return `says that the wallet lives in ${shown.homeRegion}, the log says ${wallet.homeRegion}`;
  }
  const [told, folded] = [shown.balances, balancesView(wallet, now)];
  for (const currency of new Set([...told, ...folded].map((balance) => balance.currency))) {
    const [tells, is] = [told, folded].map((all) => all.find((balance) => balance.currency === currency));
    for (const field of ['posted', 'held', 'pendingIn', 'pendingOut', 'available', 'overdraftLimit'] as const) {
      const unknown = tells?.[field] === undefined && field !== 'posted' && field !== 'overdraftLimit';
      if (unknown || tells?.[field] === is?.[field]) continue;
      return `says ${field} ${tells?.[field] ?? 'nothing'} ${currency}, the log says ${is?.[field] ?? 'nothing'}`;
    }
  }
  return undefined;
}
