import type { Money } from '@tidemark/money';
import type { Movement } from '../mapping/movement-row.js';

/** The first row of a file whose balance is not that of the row before it and its own amount. */
export interface RunningBreak {
  readonly line: number;
  readonly walletId: string;
  readonly currency: string;
  /** Canonical, as all amounts. */
  readonly expected: string;
  readonly theirs: string;
}

/** What the running balances of a file say of itself. */
export interface RunningBalances {
  /** Rows that follow another of their wallet and currency. */
  readonly checked: number;
  readonly broken: number;
  readonly first: RunningBreak | null;
}

/** Checks the balances of a file row by row, in the order of what happened. */
export class RunningCheck {
  /** The last balance of each wallet and currency, with all that was moved since. */
  private readonly expected = new Map<string, Money>();
  private checked = 0;
  private broken = 0;
  private first: RunningBreak | null = null;

  /** Takes the movements of a row, which come before its balance. */
  move(movements: readonly Movement[]): void {
    for (const { walletId, direction, amount } of movements) {
      const key = keyOf(walletId, amount);
      const before = this.expected.get(key);
      if (before) this.expected.set(key, direction === 'credit' ? before.plus(amount) : before.minus(amount));
    }
  }

  /** Takes the balance of a row. */
  claim(line: number, walletId: string, theirs: Money): void {
    const key = keyOf(walletId, theirs);
    const expected = this.expected.get(key);
    this.expected.set(key, theirs);
    if (!expected) return;
    this.checked++;
    if (expected.equals(theirs)) return;
    this.broken++;
    const { code } = theirs.currency;
    this.first ??= { line, walletId, currency: code, expected: `${expected}`, theirs: `${theirs}` };
  }

  result(): RunningBalances {
    return { checked: this.checked, broken: this.broken, first: this.first };
  }
}

function keyOf(walletId: string, { currency }: Money): string {
  return `${walletId} ${currency.code}`;
}
