import { engines } from '@tidemark/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from './checking/checker.js';
import { CORRUPTIONS } from './checking/corruptions.js';
import type { Evidence } from './checking/evidence.js';
import { RULES } from './checking/violation.js';
import { hotWallets } from './faults/hot-wallets.js';
import { shortSeed } from './run-report.js';
import { SeededRandom } from './seeded-random.js';
import { simulate } from './simulation.js';
import { setStage } from './stage.js';

const COMMANDS = 400;
/** Number of places in the run at which each corruption is tried. */
const PLACES = 5;

/** Tests the checker: a correct run passes, and the matching rule finds each corruption. */
describe.runIf(engines.length > 0)('the checker', () => {
  const seed = shortSeed();
  let good: Evidence;

  beforeAll(async () => {
    const engine = engines.find(({ engine: name }) => name === 'postgres') ?? engines[0]!;
    const stage = await setStage('shared', engine);
    ({ evidence: good } = await simulate({ stage, faults: [hotWallets], seed, commands: COMMANDS }));
  });

  it('finds nothing in a correct run', () => expect(check(good)).toEqual([]));

  it.each(CORRUPTIONS)('$what: $found', ({ what, found, spoil }) => {
    for (let place = 0; place < PLACES; place++) {
      const violations = check(spoil(good, new SeededRandom(seed).fork(`${what} ${place}`)));
      const rules = new Set(violations.map(({ rule }) => rule));
      expect(rules.has(found), `seed ${seed}, place ${place}: found ${[...rules].join(', ') || 'nothing'}`).toBe(true);
    }
  });

  it('has a corruption for every rule', () => {
    const covered = new Set(CORRUPTIONS.map(({ found }) => found));
    expect(Object.keys(RULES).filter((rule) => !covered.has(rule as never))).toEqual([]);
  });
});
