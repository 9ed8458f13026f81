import { FileRefused } from '../file-refused.js';
import { writtenNumber } from '../amounts/written-number.js';
import type { FileStyle } from '../amounts/file-style.js';

/**
 * Finds whether a column of debits writes them with a minus. All of its cells together say so: one with the other sign may be a debit or
 * the reversal of one.
 */
export class DebitSignSurvey {
  private readonly lines: { plus?: number; minus?: number } = {};

  /** @param declared of the mapping; it wins */
  constructor(
    private readonly column: string,
    private readonly declared: FileStyle['debitSign'] | undefined,
  ) {}

  look(line: number, text: string): void {
    const number = writtenNumber(text);
    if (number && /[1-9]/.test(number.digits)) this.lines[number.negative ? 'minus' : 'plus'] ??= line;
  }

  /** @throws FileRefused when the column has both signs, and the mapping does not say what they mean */
  sign(path: string): FileStyle['debitSign'] {
    const { plus, minus } = this.lines;
    if (this.declared !== undefined) return this.declared;
    if (plus !== undefined && minus !== undefined) {
      throw new FileRefused(
        `${path}: column ${this.column} has an amount without a minus on line ${plus} and one with a minus on line ${minus}: ` +
          'which of them is money taken? Declare "movements.amount.debitSign": "plus" or "minus"',
      );
    }
    return minus === undefined ? 'plus' : 'minus';
  }
}
