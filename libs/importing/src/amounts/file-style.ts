import type { Marks } from './written-number.js';

/** What holds for all amounts of a file: declared, or seen in all of it. */
export interface FileStyle {
  readonly marks: Marks;
  /** How the column of debits writes what is taken from a wallet. */
  readonly debitSign: 'plus' | 'minus';
}
