import { findEvent, observingParts, type WalletEvent } from './declared.js';
import type { Posting } from './accounts.js';
import type { EventDefinition } from './declaring/event.js';
import type { FactChange } from './declaring/fact.js';
import type { StatementLine } from './declaring/statement-line.js';
import { unreachable } from './unreachable.js';
import type { Wallet } from './wallet.js';

/**
 * The state after one more event. Total over every event that a decision can produce: it never refuses.
 *
 * @param at the recorded time of the event: ISO 8601, UTC, milliseconds
 * @throws Error when an event stands where it cannot (a defect of the log, never of a caller).
 */
export function evolve(wallet: Wallet, event: WalletEvent, at: string): Wallet {
  const definition = rulesOf(event);
  const version = wallet.version + 1;
  if ((wallet.status === 'absent') !== (definition.opens === true)) {
    throw new Error(`${event.type} cannot be event ${version} of a wallet that is ${wallet.status}`);
  }
  const after = definition.evolve(wallet, event);
  if (after.version !== version) throw new Error(`${event.type} does not count one version`);
  return after.parts && definition.uses ? observed(after, definition, event, at) : after;
}

function observed(wallet: Wallet, { uses }: EventDefinition, event: WalletEvent, at: string): Wallet {
  const use = uses?.(event);
  if (!use) return wallet;
  return observingParts().reduce((before, part) => {
    const state = before.parts?.[part.name];
    return state === undefined ? before : part.put(before, part.observe!(state, use, at));
  }, wallet);
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
