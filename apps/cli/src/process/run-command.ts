import { EXIT, UsageError, type ExitCode } from './exit.js';
import type { CommandResult, Surroundings } from './surroundings.js';

/** Runs the work of a command and prints what it comes to. */
export type Run = (work: (at: Surroundings) => Promise<CommandResult>) => Promise<void>;

/**
 * Prints what a command came to, in the form the caller wants.
 *
 * @param json `--json`: one object on standard output
 */
export function report({ stdout, stderr }: Surroundings, json: boolean, result: CommandResult): ExitCode {
  const text = json ? (JSON.stringify(result.json) ?? '') : result.lines.join('\n');
  if (text !== '') stdout.write(`${text}\n`);
  if (result.unfinished === undefined) return result.found ? EXIT.found : EXIT.fine;
  stderr.write(`${result.unfinished}\n`);
  return EXIT.couldNotRun;
}

/**
 * Tells of an error in one plain line on standard error, and with `--json` as an object `{"error": {"code", "message"}}`
 * on standard output as well, so that a program that reads it always gets one.
 */
export function reportError({ stdout, stderr }: Surroundings, json: boolean, error: unknown): ExitCode {
  const usage = error instanceof UsageError;
  const message = oneLine(error instanceof Error ? error.message || error.name : String(error));
  stderr.write(`tidemark: ${message}\n`);
  if (json) stdout.write(`${JSON.stringify({ error: { code: usage ? 'usage' : 'could_not_run', message } })}\n`);
  return usage ? EXIT.usage : EXIT.couldNotRun;
}

/** Joins the lines of a text by one space each, and drops the empty ones. */
export function oneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}
