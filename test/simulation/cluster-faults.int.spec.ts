import { engines } from '@tidemark/testing';
import { describe, expect, it } from 'vitest';
import { ALL_FAULTS } from './all-faults.js';
import { complaintOf, shortSeed, tell } from './run-report.js';
import { simulate } from './simulation.js';
import { setStage, stageMissing } from './stage.js';

const COMMANDS_PER_FAULT = 150;
/** Three nodes, their replicas and their schema take most of it. */
const RUN_MS_MAX = 240_000;

/** The others take their time; `npm run test:faults` runs all of them, on the multi-region schema too. */
const SHORT = ['kill-leaseholder', 'cut-region'];
const faults = ALL_FAULTS.filter(({ name }) => SHORT.includes(name));
const [engine] = engines.filter((each) => each.engine === 'cockroach');

describe('nothing is lost or doubled on three nodes', () => {
  it.skipIf(!engine)(faults.map(({ name }) => name).join(', '), { timeout: RUN_MS_MAX }, async ({ skip }) => {
    const missing = await stageMissing('cluster', engine!);
    if (missing !== undefined) return skip(missing);
    const stage = await setStage('cluster', engine!);
    try {
      const commands = COMMANDS_PER_FAULT * faults.length;
      const report = await simulate({ stage, faults, seed: shortSeed(), commands });
      tell('three nodes', report);
      expect(complaintOf(report, { engine: 'cockroach', faults })).toBe('');
      expect(report.unresolved).toBe(0);
    } finally {
      await stage.close();
    }
  });
});
