import { domainEvent } from '@tidemark/event-store';
import type { Money } from '@tidemark/money';
import type { Report } from './violation.js';
import type { WalletHistory } from './wallet-histories.js';

/** Checks in every currency: balances = deposits − withdrawals, and each transfer adds to one wallet what it takes from another. */
export function checkMoney(histories: Iterable<WalletHistory>, report: Report): void {
  const balances = new Totals();
  const brought = new Totals();
  const transfers = new Map<string, { sum: Totals; sides: string[] }>();
  for (const { events, states } of histories) {
    for (const { posted } of Object.values(states.at(-1)!.balances)) balances.add(posted);
    for (const recorded of events) {
      const event = domainEvent(recorded);
      if (event.type === 'FundsDeposited') brought.add(event.amount);
      if (event.type === 'FundsWithdrawn') brought.add(event.amount.negated());
      if (event.type !== 'TransferSent' && event.type !== 'TransferReceived') continue;
      const transfer = transfers.get(event.transferId) ?? { sum: new Totals(), sides: [] };
      transfers.set(event.transferId, transfer);
      const sent = event.type === 'TransferSent';
      transfer.sum.add(sent ? event.amount.negated() : event.amount);
      transfer.sides.push(`${sent ? 'sent' : 'received'} ${recorded.position}`);
    }
  }
  for (const [currency, sum] of balances.differencesTo(brought)) {
    report('money_lost', `${currency}: the balances differ from deposits less withdrawals by ${sum}`);
  }
  for (const [transferId, { sum, sides }] of transfers) {
    for (const [currency, rest] of sum.differencesTo(new Totals())) {
      report('money_lost', `transfer ${transferId}: ${rest} ${currency} left over (${sides.join(', ')})`);
    }
    if (new Set(sides.map((side) => side.split(' ')[1])).size !== 1) {
      report('money_lost', `transfer ${transferId} is not one commit: ${sides.join(', ')}`);
    }
  }
}

class Totals {
  private readonly sums = new Map<string, Money>();

  add(amount: Money): void {
    const { code } = amount.currency;
    this.sums.set(code, this.sums.get(code)?.plus(amount) ?? amount);
  }

  /** The differences by currency; empty if both are equal. */
  differencesTo(other: Totals): [currency: string, difference: string][] {
    const difference = new Totals();
    for (const sum of this.sums.values()) difference.add(sum);
    for (const sum of other.sums.values()) difference.add(sum.negated());
    return [...difference.sums].filter(([, sum]) => !sum.isZero()).map(([code, sum]) => [code, sum.toString()]);
  }
}
