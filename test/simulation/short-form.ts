import { engines, type TestEngine } from '@tidemark/testing';
import { describe, it } from 'vitest';
import { ALL_FAULTS } from './all-faults.js';
import type { Fault, Stage } from './fault.js';
import { complaintOf, shortSeed, tell } from './run-report.js';
import { simulate } from './simulation.js';
import { setStage, stageMissing } from './stage.js';

/** Enough that every fault happens while commands are in flight. `npm run test:faults` uses a million commands. */
const COMMANDS_PER_FAULT = 100;
const RUN_MS_MAX = 240_000;

/** The faults on three nodes. `npm run test:faults` also runs the third, which is slow, and all on the multi-region schema. */
const ON_THREE_NODES = ['kill-leaseholder', 'cut-region'];

/** The counters of `/metrics` that these faults must increase. */
const VISIBLE = [
  'tidemark_command_retries_total{reason="lost_race"}',
  'tidemark_command_retries_total{reason="ambiguous"}',
  'tidemark_ambiguous_results_total{end="had_committed"}',
];

interface Run {
  readonly engine: TestEngine;
  readonly stage: Stage;
  readonly faults: readonly Fault[];
  /** Why it cannot run here. */
  readonly missing?: string;
}

/**
 * Declares the short form of the fault suite: all faults of an engine on one stage are in one run, one after the other. The runs are
 * concurrent, because they mostly wait: for processes to start, and for leases to run out.
 */
export async function nothingIsLostOrDoubled(stages: readonly Stage[]): Promise<void> {
  const runs = (await Promise.all(engines.map((engine) => runsOn(engine, stages)))).flat();
  describe.concurrent('nothing is lost or doubled', () => {
    for (const { engine, stage, faults, missing } of runs) {
      const names = `on ${engine.engine}: ${faults.map(({ name }) => name).join(', ')}`;
      it(names, { timeout: RUN_MS_MAX }, async ({ skip, expect }) => {
        if (missing !== undefined) return skip(missing);
        const seed = shortSeed();
        const set = await setStage(stage, engine);
        try {
          const report = await simulate({ stage: set, faults, seed, commands: COMMANDS_PER_FAULT * faults.length });
          tell(names, report);
          expect(complaintOf(report, { engine: engine.engine, faults })).toBe('');
          expect(report.unresolved).toBe(0);
          if (stage === 'shared') expect([...report.counters.keys()]).toEqual(expect.arrayContaining(VISIBLE));
        } finally {
          await set.close();
        }
      });
    }
  });
}

async function runsOn(engine: TestEngine, stages: readonly Stage[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const stage of stages) {
    const faults = ALL_FAULTS.filter(
      (fault) =>
        fault.stage === stage &&
        fault.engines.includes(engine.engine) &&
        (stage !== 'cluster' || ON_THREE_NODES.includes(fault.name)),
    );
    if (faults.length === 0) continue;
    const missing = await stageMissing(stage, engine);
    runs.push({ engine, stage, faults, ...(missing !== undefined && { missing }) });
  }
  return runs;
}
