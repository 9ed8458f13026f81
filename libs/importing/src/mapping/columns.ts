import { FileRefused } from '../file-refused.js';
import { rejectsColumnsOf } from '../csv/csv-form.js';
import type { EffectiveAtColumns, TextOrConstant } from './mapping.js';

/** Takes one text out of a row's fields. */
export type Pick = (fields: readonly string[]) => string;

/** The columns of one file, found by name once, so that reading a row looks no names up. */
export class Columns {
  /** @param where file and line of the header, for messages */
  constructor(
    private readonly where: string,
    private readonly header: readonly string[],
  ) {
    this.rejectsColumns = rejectsColumnsOf(header);
  }

  private readonly rejectsColumns: number;

  /**
   * White space around a field is not part of it.
   *
   * @throws FileRefused when the file has no such column, or more than one
   */
  column(name: string): Pick {
    // A rejects file has columns of its own before those of the file it came from, which may have the same names.
    const index = this.header.indexOf(name, this.rejectsColumns);
    if (index === -1) throw new FileRefused(`${this.where}: no column "${name}" (there are ${this.header.join(', ')})`);
    if (this.header.includes(name, index + 1)) throw new FileRefused(`${this.where}: two columns are called "${name}"`);
    return (fields) => fields[index]!.trim();
  }

  /** Whether the file has all columns that a time of effect needs. */
  has(from: EffectiveAtColumns): boolean {
    const text = typeof from === 'string' ? from : from.text;
    const names = this.header.includes(text) || !PLACEHOLDER.test(text) ? [text] : namesIn(text);
    return names.every((name) => this.header.includes(name));
  }

  /** Takes the fields of a row without the columns of a rejects file. */
  ownFields(fields: readonly string[]): readonly string[] {
    return fields.slice(this.rejectsColumns);
  }

  /** The id that a row without one had in the file whose rejects file this is; empty elsewhere. */
  derivedId(): Pick {
    const index = this.header.slice(0, this.rejectsColumns).indexOf('derivedId');
    return (fields) => fields[index] ?? '';
  }

  /** Puts another text into the place of a column. Where the mapping has a constant or several columns, nothing is replaced. */
  replacing(from: TextOrConstant): (fields: readonly string[], text: string) => readonly string[] {
    const index = typeof from === 'string' ? this.header.indexOf(from, this.rejectsColumns) : -1;
    return (fields, text) => (index === -1 ? fields : fields.with(index, text));
  }

  /** @throws FileRefused when the file has no such column */
  textOrConstant(from: TextOrConstant): Pick {
    return typeof from === 'string' ? this.text(from) : () => from.value;
  }

  /**
   * The name of a column, or a text with `{column}` in it, which is empty when all of its columns are.
   *
   * @throws FileRefused when the file lacks one of the columns
   */
  text(from: string): Pick {
    if (this.header.includes(from) || !PLACEHOLDER.test(from)) return this.column(from);
    const whole = this.template(from);
    const picks = namesIn(from).map((name) => this.column(name));
    return (fields) => (picks.every((pick) => pick(fields) === '') ? '' : whole(fields));
  }

  /**
   * A text with `{column}` in it.
   *
   * @throws FileRefused when the file lacks one of the columns
   */
  template(text: string): Pick {
    const parts = text.split(PLACEHOLDER).map((part, i) => (i % 2 === 0 ? () => part : this.column(part)));
    return (fields) => parts.map((part) => part(fields)).join('');
  }
}

const PLACEHOLDER = /\{([^{}]+)\}/;

/** The columns that a text names. */
function namesIn(text: string): string[] {
  return text.split(PLACEHOLDER).filter((_, i) => i % 2 === 1);
}
