import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Run } from '../process/run-command.js';

const NAMES = ['append', 'http', 'import', 'lag', 'rebuild', 'regions'] as const;
export type BenchName = (typeof NAMES)[number];

export interface BenchOptions {
  readonly engine?: 'cockroach';
  readonly seconds: number;
}

/** Declares `tidemark bench`. Exit code 1 when a budget is missed. */
export function benchCommand(command: Command, run: Run): Command {
  return command
    .description('measure this machine: both sides of each ratio in one run, on a database of its own')
    .addArgument(new Argument('<name>', 'what to measure').choices(NAMES))
    .addOption(
      new Option(
        '--engine <engine>',
        'start a CockroachDB in memory (default: DATABASE_URL, or the embedded PostgreSQL)',
      ).choices(['cockroach']),
    )
    .option('--seconds <n>', 'how long each side runs in each round', secondsOf, 5)
    .action((name: BenchName, options: BenchOptions) =>
      run(async (at) => {
        const { runBench } = await import('./run-bench.js');
        return runBench(at, name, options);
      }),
    );
}

/** A benchmark loads the machine, so it is bounded. */
const SECONDS_MAX = 60;

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`a whole number from 1 to ${SECONDS_MAX}`);
}
