import { engines } from '@tidemark/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { ALL_FAULTS } from './all-faults.js';
import { LARGE_CROWD } from './clients/crowd.js';
import { shareOf } from './fault.js';
import { complaintOf, summaryOf } from './run-report.js';
import { simulate, type SimulationReport } from './simulation.js';
import { setStage, stageMissing } from './stage.js';

/** The options of `npm run test:faults`, which `run-faults.mjs` has checked. */
export interface FullRun {
  readonly commands: number;
  readonly seed: number;
  /** Names of faults and engines; empty: all. */
  readonly only: readonly string[];
  readonly engines: readonly string[];
}

/** The checker has a whole round in memory. Each round has its own database. */
const ROUND_COMMANDS_MAX = 50_000;
const HOURS_MS_MAX = 12 * 3_600_000;

const asked = JSON.parse(process.env.TIDEMARK_FAULTS!) as FullRun;
const wanted = (names: readonly string[], name: string) => names.length === 0 || names.includes(name);
const unknown = asked.only.filter((name) => !ALL_FAULTS.some((fault) => fault.name === name));
if (unknown.length > 0) {
  throw new Error(
    `no fault is called ${unknown.join(', ')}; there are ${ALL_FAULTS.map(({ name }) => name).join(', ')}`,
  );
}
const plan = engines
  .filter(({ engine }) => wanted(asked.engines, engine))
  .flatMap((engine) =>
    ALL_FAULTS.filter((fault) => fault.engines.includes(engine.engine) && wanted(asked.only, fault.name)).map(
      (fault) => ({ engine, fault, title: `${fault.name} on ${engine.engine}: when ${fault.when}` }),
    ),
  );
const shares = plan.reduce((sum, { fault }) => sum + shareOf(fault), 0);
const say = (line: string) => void process.stdout.write(`${line}\n`);

describe('nothing is lost or doubled', () => {
  const reports: SimulationReport[] = [];

  it.each(plan)('$title', { timeout: HOURS_MS_MAX }, async ({ engine, fault }) => {
    const missing = await stageMissing(fault.stage, engine);
    if (missing !== undefined) return say(`${fault.name} on ${engine.engine} cannot be run here: ${missing}`);
    const share = Math.ceil((asked.commands * shareOf(fault)) / shares);
    const stage = await setStage(fault.stage, engine);
    try {
      let left = share;
      for (let round = 0; left > 0; round++) {
        const commands = Math.min(left, ROUND_COMMANDS_MAX);
        const seed = asked.seed + round;
        const spread = fault.stage === 'cluster' && round % 2 === 0;
        const report = await simulate({ stage, faults: [fault], seed, commands, spread, crowd: LARGE_CROWD });
        left -= report.commands;
        reports.push(report);
        say(`${fault.name} on ${engine.engine}, seed ${seed}: ${summaryOf(report)}`);
        for (const note of report.notes) say(`  ${note}`);
        expect(complaintOf(report, { engine: engine.engine, faults: [fault] })).toBe('');
      }
    } catch (error) {
      say(`${fault.name} on ${engine.engine} FAILED: ${String(error)}`); // the reporter would print it only hours later
      throw error;
    } finally {
      await stage.close();
    }
    return undefined;
  });

  afterAll(() => {
    const sum = (of: (report: SimulationReport) => number) => reports.reduce((all, report) => all + of(report), 0);
    say(
      `faults: ${sum(({ commands }) => commands)} commands in ${reports.length} runs, seed ${asked.seed}; ` +
        `${sum(({ violations }) => violations.length)} violations, ${sum(({ unresolved }) => unresolved)} unresolved`,
    );
  });
});
