import { randomInt } from 'node:crypto';
import type { Engine } from '@tidemark/database';
import type { Fault } from './fault.js';
import type { SimulationReport } from './simulation.js';

const SEED_MAX = 2 ** 31;
const SHOWN_MAX = 12;

/** `TIDEMARK_SEED`, to repeat a run of the short form. Otherwise a new seed each time. */
export function shortSeed(): number {
  return process.env.TIDEMARK_SEED ? Number(process.env.TIDEMARK_SEED) : randomInt(SEED_MAX);
}

/** The violations of a run and the command that repeats it; empty without violations. */
export function complaintOf(
  { violations, notes, seed, commands }: SimulationReport,
  { engine, faults }: { engine: Engine; faults: readonly Fault[] },
): string {
  if (violations.length === 0) return '';
  const shown = violations.slice(0, SHOWN_MAX).map(({ rule, message }) => `  ${rule}: ${message}`);
  const only = faults.map(({ name }) => name).join(',');
  return [
    `${violations.length} violations, seed ${seed}:`,
    ...shown,
    ...notes.map((note) => `  (${note})`),
    `repeat: TIDEMARK_SEED=${seed} npm test (or npm run test:long) -- test/simulation, or`,
    `        npm run test:faults -- --engine ${engine} --only ${only} --seed ${seed} --commands ${commands}`,
  ].join('\n');
}

/** Prints the details of a run if TIDEMARK_VERBOSE is set. */
export function tell(name: string, report: SimulationReport): void {
  if (!process.env.TIDEMARK_VERBOSE) return;
  process.stderr.write(`${name}: ${[summaryOf(report), ...report.notes].join('\n  ')}\n`);
}

/** One line of text about a run. */
export function summaryOf(report: SimulationReport): string {
  const { accepted, rejected, replayed, repeats, reads, indefinite, unresolved, seconds, violations, counters } =
    report;
  const counted = [...counters].filter(([, value]) => value > 0).map(([name, value]) => `${labelOf(name)} ${value}`);
  return (
    `${accepted} accepted, ${rejected} rejected, ${replayed} replayed, ${repeats} repeated, ${reads} reads, ${indefinite} asked again, ` +
    `${unresolved} unresolved; ${violations.length} violations; ${seconds} s` +
    (counted.length > 0 ? `; retries and ambiguous ends: ${counted.join(', ')}` : '')
  );
}

function labelOf(name: string): string {
  return /"([^"]*)"/.exec(name)?.[1] ?? name;
}
