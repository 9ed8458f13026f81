import { domainEvent, type EventMetadata, type RecordedEvent } from '@tidemark/event-store';
import { evolve, initialState } from '@tidemark/wallet';
import type { DrillAnswer, DrillCommand } from './drill-command.js';

/** What the log says about what the clients were told. The lists hold a line for each thing found. */
export interface DrillVerdict {
  readonly events: number;
  /** Acknowledged, and not in the log as it was asked for. */
  readonly lost: readonly string[];
  /** In the log more than once, or although it was refused. */
  readonly doubled: readonly string[];
  /** Versions with a gap, a balance below zero, money that does not add up. */
  readonly wrong: readonly string[];
}

/**
 * Compares the answers of a drill with all events of its wallets. Pure.
 *
 * @param events of each wallet in the order of their versions; those that no answer is about (the openings) are only folded
 */
export function judge(answers: readonly DrillAnswer[], events: readonly RecordedEvent[]): DrillVerdict {
  const byKey = Map.groupBy(events, ({ metadata }) => (JSON.parse(metadata) as EventMetadata).idempotencyKey);
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const { command, told } of answers) {
    const written = (byKey.get(command.key) ?? []).map(meaningOf).sort();
    const asked = meaningsOf(command).sort();
    if (told === 'accepted' && asked.some((each) => !written.includes(each))) {
      lost.push(`${command.key}: ${asked.join(', ')} was acknowledged; written is ${written.join(', ') || 'nothing'}`);
    }
    const most = told === 'rejected' ? 0 : asked.length;
    if (written.length > most) doubled.push(`${command.key} (${told}): ${written.join(', ')}`);
  }
  return { events: events.length, lost, doubled, wrong: foldedWrongly(events) };
}

function foldedWrongly(events: readonly RecordedEvent[]): string[] {
  const wrong: string[] = [];
  let cents = 0;
  for (const [walletId, own] of Map.groupBy(events, (event) => event.walletId)) {
    let wallet = initialState;
    for (const recorded of own) {
      const event = domainEvent(recorded);
      if (recorded.version !== wallet.version + 1)
        wrong.push(`${walletId}: ${recorded.version} after ${wallet.version}`);
      wallet = evolve(wallet, event, recorded.recordedAt);
      for (const { posted } of Object.values(wallet.balances)) {
        if (posted.isNegative()) wrong.push(`${walletId} at version ${recorded.version}: ${posted.toString()}`);
      }
      if (event.type === 'TransferSent') cents -= centsOf(event.amount.toString());
      if (event.type === 'TransferReceived') cents += centsOf(event.amount.toString());
    }
  }
  if (cents !== 0) wrong.push(`transfers do not sum to zero: ${cents} cents are left over`);
  return wrong;
}

function meaningsOf(command: DrillCommand): string[] {
  const { walletId, amount } = command;
  if (command.kind === 'transfer') {
    return [`TransferSent ${walletId} ${amount}`, `TransferReceived ${command.to} ${amount}`];
  }
  return [`${command.kind === 'deposit' ? 'FundsDeposited' : 'FundsWithdrawn'} ${walletId} ${amount}`];
}

function meaningOf(recorded: RecordedEvent): string {
  const event = domainEvent(recorded);
  return `${event.type} ${recorded.walletId}${'amount' in event ? ` ${event.amount.toString()}` : ''}`;
}

/** Exact: two fraction digits, and far from 2^53. */
function centsOf(amount: string): number {
  return Number(amount.replace('.', ''));
}
