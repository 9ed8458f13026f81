import { randomInt } from 'node:crypto';
import type { Engine } from '@tidemark/database';
import type { Fault } from './fault.js';
import type { SimulationReport } from './simulation.js';

const SEED_MAX = 2 ** 31;
const SHOWN_MAX = 12;

/** `TIDEMARK_SEED`, to repeat a run of the short form, or another one each time. */
export function shortSeed(): number {
  return process.env.TIDEMARK_SEED ? Number(process.env.TIDEMARK_SEED) : randomInt(SEED_MAX);
}

/** What is wrong with a run and how to repeat it; empty when nothing is. */
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

/** Prints what a run was when TIDEMARK_VERBOSE asks for it. */
export function tell(name: string, report: SimulationReport): void {
  if (!process.env.TIDEMARK_VERBOSE) return;
  process.stderr.write(`${name}: ${[summaryOf(report), ...report.notes].join('\n  ')}\n`);
}

/** One line for a person. */
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
