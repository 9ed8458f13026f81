import { InvalidArgumentError, type Command } from 'commander';

/** A page of a wallet's history. */
export interface PageOptions {
  /** The version before the page's first. */
  readonly after: number;
  readonly limit: number;
}

const LIMIT_DEFAULT = 100;
/** A page is printed as one object, and so is in memory as a whole. */
const LIMIT_MAX = 10_000;

/** Adds `--after` and `--limit`. */
export function withPage(command: Command): Command {
  return command
    .option('--after <version>', 'leave out everything up to this version', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--limit <count>', `how many at most, up to ${LIMIT_MAX}`, wholeNumber(1, LIMIT_MAX), LIMIT_DEFAULT);
}

/**
 * The lines of a page.
 *
 * @param next the version to go on after, or null on the last page
 * @param nothing what to say when the page is empty
 */
export function pageLines(lines: readonly string[], next: number | null, nothing: string): readonly string[] {
  if (lines.length === 0) return [nothing];
  return next === null ? lines : [...lines, `… more with --after ${next}`];
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
