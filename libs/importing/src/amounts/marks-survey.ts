import { FileRefused } from '../file-refused.js';
import type { Mapping } from '../mapping/mapping.js';
import { quoted } from './read-amount.js';
import { markEvidence, plainDigits, writtenNumber, type GroupingMark, type Marks } from './written-number.js';

/** A cell that a message names. */
interface Cell {
  readonly line: number;
  readonly column: string;
  readonly text: string;
}

const GROUPING: readonly GroupingMark[] = ['.', ',', ' ', "'"];

/**
 * Finds the marks of a file by all of its amounts: no cell alone decides how it is read itself. What is declared wins, and a file that
 * declares its decimal mark alone has no grouping mark.
 */
export class MarksSurvey {
  private readonly evidence: { '.'?: Cell; ','?: Cell; either?: Cell } = {};

  constructor(private readonly declared: Pick<Mapping, 'decimalMark' | 'groupingMark'>) {}

  /** Whether the cells have to be looked at. */
  get needed(): boolean {
    return this.declaredDecimal() === undefined;
  }

  /** Takes one amount of the file into account. */
  look(line: number, column: string, text: string): void {
    const number = writtenNumber(text);
    const found = number ? markEvidence(number.digits) : 'none';
    if (found !== 'none') this.evidence[found] ??= { line, column, text };
  }

  /**
   * @param path for messages
   * @throws FileRefused with the lines, when the amounts say two things, or one could be read in two ways and no other says which
   */
  marks(path: string): Marks {
    const decimal = this.declaredDecimal() ?? this.found(path);
    const { decimalMark, groupingMark } = this.declared;
    if (groupingMark === 'none') return { decimal, grouping: [] };
    if (groupingMark !== undefined) return { decimal, grouping: [groupingMark] };
    if (decimalMark !== undefined) return { decimal, grouping: [] };
    return { decimal, grouping: GROUPING.filter((mark) => mark !== decimal) };
  }

  private declaredDecimal(): Marks['decimal'] | undefined {
    const { decimalMark, groupingMark } = this.declared;
    if (decimalMark !== undefined) return decimalMark;
    if (groupingMark === '.') return ',';
    return groupingMark === ',' ? '.' : undefined;
  }

  private found(path: string): Marks['decimal'] {
    const { '.': point, ',': comma, either } = this.evidence;
    if (point && comma) {
      throw new FileRefused(
        `${path}: the decimal mark is "." on ${where(point)} and "," on ${where(comma)}: declare "decimalMark"`,
      );
    }
    if (either && !point && !comma) {
      const [asPoint, asComma] = (['.', ','] as const).map((decimal) => reading(either.text, decimal));
      throw new FileRefused(
        `${path}: ${where(either)} can be read as ${asPoint} or as ${asComma}, and no other amount of the file says which: ` +
          'declare "decimalMark": "." or ","',
      );
    }
    return comma ? ',' : '.';
  }
}

function where({ line, column, text }: Cell): string {
  return `line ${line} (column ${column}: ${quoted(text)})`;
}

function reading(text: string, decimal: Marks['decimal']): string {
  const grouping = GROUPING.filter((mark) => mark !== decimal);
  return plainDigits(writtenNumber(text)!.digits, { decimal, grouping })!;
}
