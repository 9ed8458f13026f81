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
  private readonly last = new Map<string, Money>();
  private checked = 0;
  private broken = 0;
  private first: RunningBreak | null = null;

  /** @param movements of the row */
  look(line: number, walletId: string, theirs: Money, movements: readonly Movement[]): void {
    const { code } = theirs.currency;
    const key = `${walletId} ${code}`;
    const before = this.last.get(key);
    this.last.set(key, theirs);
    if (!before) return;
    this.checked++;
    const expected = movements
      .filter((movement) => movement.walletId === walletId && movement.amount.currency.code === code)
      .reduce((sum, { direction, amount }) => (direction === 'credit' ? sum.plus(amount) : sum.minus(amount)), before);
    if (expected.equals(theirs)) return;
    this.broken++;
    this.first ??= { line, walletId, currency: code, expected: `${expected}`, theirs: `${theirs}` };
  }

  result(): RunningBalances {
    return { checked: this.checked, broken: this.broken, first: this.first };
  }
}
