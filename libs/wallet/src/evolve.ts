import { findEvent, type WalletEvent } from './declared.js';
import type { Posting } from './accounts.js';
import type { FactChange } from './declaring/fact.js';
import type { StatementLine } from './declaring/statement-line.js';
import { unreachable } from './unreachable.js';
import type { Wallet } from './wallet.js';

/**
 * The state after one more event. Total over every event that a decision can produce: it never refuses.
 *
 * @throws Error when an event stands where it cannot (a defect of the log, never of a caller).
 */
export function evolve(wallet: Wallet, event: WalletEvent): Wallet {
  const definition = rulesOf(event);
  const version = wallet.version + 1;
  if ((wallet.status === 'absent') !== (definition.opens === true)) {
    throw new Error(`${event.type} cannot be event ${version} of a wallet that is ${wallet.status}`);
  }
  const after = definition.evolve(wallet, event);
  if (after.version !== version) throw new Error(`${event.type} does not count one version`);
  return after;
}

/** What an event moves between accounts: none for an event that moves no money. Sums to zero in each currency. */
export function postingsOf(walletId: string, event: WalletEvent): readonly Posting[] {
  return rulesOf(event).postings(event, walletId);
}

/** The line that an event adds to its wallet's statement; undefined for an event that moves no money. */
export function statementLineOf(event: WalletEvent): StatementLine | undefined {
  return rulesOf(event).statement(event);
}

/** What an event says under keys of its wallet; undefined for most, which say nothing. */
export function factChangesOf(event: WalletEvent): readonly FactChange[] | undefined {
  return rulesOf(event).facts?.(event);
}

function rulesOf(event: WalletEvent) {
  return findEvent(event.type) ?? unreachable(event as never);
}
