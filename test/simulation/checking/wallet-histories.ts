import { chain, CHAIN_START, domainEvent, type RecordedEvent } from '@tidemark/event-store';
import { canonicalEvent, evolve, initialState, type Wallet } from '@tidemark/wallet';
import type { Report } from './violation.js';

const TAKES_OUT = new Set(['FundsWithdrawn', 'TransferSent']);

/** All states of a wallet: `states[v]` is the fold of its first `v` events. */
export interface WalletHistory {
  readonly walletId: string;
  readonly events: readonly RecordedEvent[];
  readonly states: readonly Wallet[];
}

/** Folds every wallet from its first event, and reports violations in the log itself. */
export function foldHistories(events: readonly RecordedEvent[], report: Report): Map<string, WalletHistory> {
  const histories = new Map<string, WalletHistory>();
  for (const [walletId, found] of Map.groupBy(events, (event) => event.walletId)) {
    const ordered = found.toSorted((a, b) => a.version - b.version);
    histories.set(walletId, { walletId, events: ordered, states: foldOne(walletId, ordered, report) });
  }
  return histories;
}

function foldOne(walletId: string, events: readonly RecordedEvent[], report: Report): Wallet[] {
  const states: Wallet[] = [initialState];
  let hash = CHAIN_START;
  let recordedAt = '';
  for (const [index, event] of events.entries()) {
    const name = `${walletId} version ${event.version} (${event.type})`;
    if (event.version !== index + 1) {
      report('version_gap', `${walletId}: version ${event.version} stands where ${index + 1} should`);
      return states;
    }
    if (event.recordedAt < recordedAt) report('time_backwards', `${name}: ${event.recordedAt} after ${recordedAt}`);
    const expected = chain(hash, canonicalEvent(walletId, event.version, event, event.recordedAt, event.metadata));
    if (expected !== event.hash) report('hash_broken', `${name}: ${event.hash} instead of ${expected}`);
    ({ hash, recordedAt } = event);
    try {
      states.push(evolve(states.at(-1)!, domainEvent(event), event.recordedAt));
    } catch (error) {
      report('version_gap', `${name} cannot be folded: ${String(error)}`);
      return states;
    }
    // A limit may be lowered below the current debt. Then no money may leave the wallet.
    if (!TAKES_OUT.has(event.type)) continue;
    for (const [currency, { posted, overdraftLimit }] of Object.entries(states.at(-1)!.balances)) {
      if (posted === states.at(-2)!.balances[currency]?.posted || !posted.plus(overdraftLimit).isNegative()) continue;
      report('below_limit', `${name}: ${posted.toString()} ${currency}, limit ${overdraftLimit.toString()}`);
    }
  }
  return states;
}
