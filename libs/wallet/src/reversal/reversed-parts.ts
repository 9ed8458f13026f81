import { Money } from '@tidemark/money';
import type { BookedLine } from '../declaring/command.js';
import type { FactAddress } from '../declaring/fact.js';
import { amountOf, partKey, reversed } from './reversed-fact.js';

/** What one wallet got or gave by a movement, from or to one other wallet, in one currency. A reversal is about one of these. */
export interface ReversiblePart {
  readonly walletId: string;
  readonly counterparty?: string;
  /** What the wallet got; negative for what it gave. */
  readonly amount: Money;
  /** Where the log keeps how much of it was reversed. */
  readonly reversedAt: FactAddress;
}

/** The types of lines that are reversals, which are not reversed. */
const REVERSALS: readonly string[] = ['MovementReversed', 'CounterpartReversed'];

/** The parts of a movement that can be reversed; none for a reversal. */
export function reversiblePartsOf(lines: readonly BookedLine[]): ReversiblePart[] {
  if (lines.some(({ type }) => REVERSALS.includes(type))) return [];
  const keyOf = (line: BookedLine) => partKey({ ...line, currency: line.amount.currency });
  return [...Map.groupBy(lines, (line) => `${line.walletId}\n${keyOf(line)}`).values()].map((part) => {
    const { walletId, counterparty } = part[0]!;
    const reversedAt = reversed.at(walletId, keyOf(part[0]!));
    return { walletId, amount: amountOf(part), reversedAt, ...(counterparty !== undefined && { counterparty }) };
  });
}

/** How much of a part was reversed. @param stored the fact at `reversedAt`, as it is stored; undefined where there is none */
export function reversedOf({ amount }: ReversiblePart, stored: string | undefined): Money {
  if (stored === undefined) return Money.zero(amount.currency);
  return Money.fromCanonical(reversed.decode(stored).amount, amount.currency.code);
}
