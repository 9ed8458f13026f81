import { FileRefused } from '../file-refused.js';
import type { ColumnOrConstant } from './mapping.js';

/** Takes one text out of a row's fields. */
export type Pick = (fields: readonly string[]) => string;

/** The columns of one file, found by name once, so that reading a row looks no names up. */
export class Columns {
  /** @param file for messages */
  constructor(
    private readonly file: string,
    private readonly header: readonly string[],
  ) {}

  /**
   * White space around a field is not part of it.
   *
   * @throws FileRefused when the file has no such column
   */
  column(name: string): Pick {
    const index = this.header.indexOf(name);
    if (index === -1) {
      throw new FileRefused(`${this.file}: line 1: no column "${name}" (there are ${this.header.join(', ')})`);
    }
    return (fields) => fields[index]!.trim();
  }

  /** @throws FileRefused when the file has no such column */
  columnOrConstant(from: ColumnOrConstant): Pick {
    return typeof from === 'string' ? this.column(from) : () => from.value;
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
