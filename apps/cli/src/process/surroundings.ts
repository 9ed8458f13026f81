import type { Writable } from 'node:stream';

/** A stream to write to, which may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean };

/** All that a command takes from the process it runs in. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative file names are meant from here. */
  readonly cwd: string;
  /** Aborts when the process is asked to end (Ctrl-C, SIGTERM). */
  readonly signal: AbortSignal;
}

/** What a command prints when it is done. */
export interface CommandResult {
  /** For `--json`: exactly this object goes to standard output. Absent where the command has printed one already. */
  readonly json?: object;
  /** For people: lines for standard output. */
  readonly lines: readonly string[];
  /** Exit code 1: it did what it was asked, and found something. */
  readonly found?: boolean;
  /** Exit code 3: it stopped before the end, and this is why. */
  readonly unfinished?: string;
}
