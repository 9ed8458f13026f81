import { connect } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAIVE_TABLES, naiveLog, slowDown, tidemarkLog } from './ordered-logs.js';
import { ordering, requireConformance } from './ordering-conformance.js';
import { shortSeed } from './run-report.js';
import { SeededRandom } from './seeded-random.js';

describe.each(engines)('ordering on $engine', (engine) => {
  const seed = shortSeed();
  let fresh: FreshDatabase;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(() => fresh.drop());

  it('a tailer of commits misses no event, sees none twice, and keeps the order', async () => {
    const owner = await connect({ url: fresh.url, applicationName: 'conformance-owner', poolSize: 1 });
    await slowDown(owner);
    const found = await ordering(tidemarkLog(fresh.url), { random: new SeededRandom(seed) });
    await owner.close();
    expect(found, `seed ${seed}`).toEqual({ written: 160, missed: 0, doubled: 0, unordered: 0, invented: 0 });
    requireConformance(found);
  });

  // The suite must detect these. Some systems use them in production.
  it.each(NAIVE_TABLES)('a tailer on $name misses events', async (table) => {
    const found = await ordering(await naiveLog(fresh.url, table), { random: new SeededRandom(seed) });
    process.stdout.write(`${engine.engine}, ${table.name}: ${found.missed} of ${found.written} events missed\n`);
    expect(found.missed, `seed ${seed}`).toBeGreaterThan(0);
    expect(() => requireConformance(found)).toThrow(/^of 160 events \d+ missed/);
  });
});
