import { engines } from '@tidemark/testing';
import { describe, expect, it } from 'vitest';
import { ALL_FAULTS } from './all-faults.js';
import type { Stage } from './fault.js';
import { complaintOf, shortSeed, tell } from './run-report.js';
import { simulate } from './simulation.js';
import { setStage, stageMissing } from './stage.js';

/** Enough for every fault to happen in the middle of something; `npm run test:faults` takes a million. */
const COMMANDS_PER_FAULT = 150;
const RUN_MS_MAX = 180_000;

/**
 * The short form: on each stage all of its faults in one run, one after the other. Three nodes take a while to come up and have
 * a file of their own.
 */
const STAGES: readonly Stage[] = ['shared', 'private', 'small-disk'];

/** What `/metrics` has to show after these faults. */
const VISIBLE = [
  'tidemark_command_retries_total{reason="lost_race"}',
  'tidemark_command_retries_total{reason="ambiguous"}',
  'tidemark_ambiguous_results_total{end="had_committed"}',
];

describe.each(engines)('nothing is lost or doubled on $engine', (engine) => {
  for (const stage of STAGES) {
    const faults = ALL_FAULTS.filter((fault) => fault.stage === stage && fault.engines.includes(engine.engine));
    if (faults.length === 0) continue;
    const names = faults.map(({ name }) => name).join(', ');
    it(names, { timeout: RUN_MS_MAX }, async ({ skip }) => {
      const missing = await stageMissing(stage, engine);
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
