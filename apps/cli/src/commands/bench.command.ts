import type { BenchName, BenchOptions } from '@tidemark/bench';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { findHomeDatabase } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';

const NAMES: Record<BenchName, true> = {
  append: true,
  commands: true,
  http: true,
  import: true,
  lag: true,
  memory: true,
  rebuild: true,
  regions: true,
};

/** Declares `tidemark bench`. Exit code 1 when a budget is missed. */
export function benchCommand(command: Command, run: Run): Command {
  return command
    .description('run benchmarks on this machine, on a separate database; both sides of each ratio in one run')
    .addArgument(new Argument('<name>', 'what to measure').choices(Object.keys(NAMES)))
    .addOption(
      new Option(
        '--engine <engine>',
        'start a CockroachDB in memory (default: DATABASE_URL, or the embedded PostgreSQL)',
      ).choices(['cockroach']),
    )
    .option('--seconds <n>', 'seconds that each side runs in each round', secondsOf, 5)
    .option('--events <n>', 'number of events in the log (only `rebuild`)', eventsOf, 500_000)
    .option('--wallets <n>', 'number of wallets to open (only `memory`)', walletsOf, 100_000)
    .action((name: BenchName, options: BenchOptions) =>
      run(async (at) => {
        // Loaded when asked for, with the load generator that comes with it.
        const { linesOf, runBench } = await import('@tidemark/bench');
        const say = (line: string) => void at.stderr.write(`${line}\n`);
        const home = () => findHomeDatabase(at);
        const report = await runBench({ home, say, signal: at.signal }, name, options);
        return { json: report, lines: linesOf(report), found: report.results.some(({ met }) => !met) };
      }),
    );
}

/** A benchmark loads the machine, so it is bounded. */
const SECONDS_MAX = 60;

const secondsOf = (text: string) => wholeNumber(text, 1, SECONDS_MAX);

/** The largest takes 10 GB of disk, and half an hour. */
const EVENTS_MIN = 100_000;
const EVENTS_MAX = 10_000_000;
const eventsOf = (text: string) => wholeNumber(text, EVENTS_MIN, EVENTS_MAX);

/** A tenth has to be enough to fill every cache. */
const WALLETS_MIN = 1_000;
const WALLETS_MAX = 1_000_000;
const walletsOf = (text: string) => wholeNumber(text, WALLETS_MIN, WALLETS_MAX);

function wholeNumber(text: string, from: number, to: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= from && number <= to) return number;
  throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
}
