import { ALL_PROJECTIONS, balances } from '@tidemark/projections';
import { type Proof, proofOfBuild, proofOfLog } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from './projections-fixture.js';
import { LOG_WALLETS, scripts, write } from './random-logs.js';

const REGIONS = ['local', 'east', 'west'];
const SEED = 20_260_101;
const nameOf = (wallet: number) => `same-${wallet}`;

/** A log that one caller writes with one clock, step by step. */
const some = fc.sample(scripts(REGIONS, { stepsMax: 60 }), { numRuns: 6, seed: SEED });
const oneByOne = some.flat(2).map((step) => [step]);

interface Proofs {
  readonly ofLog: Proof & { readonly events: number };
  readonly ofBuild: Proof;
}

describe.skipIf(engines.length < 2)('the same log on two engines (needs both)', () => {
  const found: Map<string, Proofs>[] = [];
  const fixtures: ProjectionsFixture[] = [];

  beforeAll(async () => {
    for (const engine of engines) {
      const on = await ProjectionsFixture.create(engine);
      fixtures.push(on);
      await on.log.allowAnyRecordedTime();
      let now = Date.parse('2026-03-01T12:00:00.000Z');
      const store = await on.log.open({ clock: () => (now += 7_654_321) });
      for (let wallet = 0; wallet < LOG_WALLETS; wallet++) await store.openWallet(nameOf(wallet), `open-${wallet}`);
      await write(store, oneByOne, nameOf, () => now);
      // The engines have different page sizes.
      await on.catchUp(REGIONS, { limits: { commitsMax: engine.engine === 'postgres' ? 7 : 50, eventsMax: 100 } });
      const upTo = await on.readablePosition(REGIONS);
      const proofs = new Map<string, Proofs>();
      for (const projection of ALL_PROJECTIONS) {
        proofs.set(projection.name, {
          ofLog: await proofOfLog(on.database, projection, REGIONS, upTo),
          ofBuild: await proofOfBuild(on.database, { projection, generation: '1' }, REGIONS),
        });
      }
      found.push(proofs);
    }
  });
  afterAll(async () => {
    for (const on of fixtures) await on.close();
  });

  it.each(ALL_PROJECTIONS.map(({ name }) => name))('%s: counts, sums and root hash are the same', (name) => {
    const [one, ...others] = found.map((proofs) => proofs.get(name)!);
    for (const other of others) expect(other).toEqual(one);
    const { events: _events, ...proof } = one!.ofLog;
    expect(one!.ofBuild).toEqual(proof);
  });

  it('the log is not trivial', () => {
    const { ofLog } = found[0]!.get(balances.name)!;
    expect(ofLog.events).toBeGreaterThan(60);
    expect(ofLog.wallets).toBeGreaterThan(LOG_WALLETS); // some had several home regions
    expect(Object.keys(ofLog.sums)).toEqual(['ETH', 'EUR', 'JPY']);
  });
});
