/** One record of a CSV file. `line` is the line it begins on, from 1; `end` the byte after it, and `endLine` the line of that byte. */
export interface CsvRow {
  readonly line: number;
  readonly end: number;
  readonly endLine: number;
  readonly fields: readonly string[];
  /** Why the record cannot be used, in words; `fields` is then as much of it as could be read. */
  readonly problem?: string;
}
