/** What the process tells the script that called it (DESIGN §9). */
export const EXIT = { fine: 0, found: 1, usage: 2, couldNotRun: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The caller asked for something that cannot be meant. One plain line; nothing was written. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do, or not finish, what it was asked. One plain line. Exit code 3. */
export class CouldNotRun extends Error {
  override readonly name = 'CouldNotRun';
}
