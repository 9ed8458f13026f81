import type { Database } from '@tidemark/database';
import { openEventStore } from '@tidemark/event-store';
import { median, resultOf, type BenchResult } from './bench-result.js';
import type { BenchDatabase } from './bench-database.js';
import { Load, WALLETS } from './load.js';
import { insertOneByOne, sampleRows, type Rate } from './one-by-one.js';

/** Rows that the one-by-one side writes again and again into empty tables. */
const SAMPLE = 20_000;
const ROUNDS = 3;

/**
 * DESIGN §8, rows 1 and 2: grouped appends against one-row INSERTs of the same rows, and one hot wallet against many.
 * The sides take turns, so that a slow moment of the machine hits all of them.
 *
 * @param seconds how long each side runs in each round
 */
export async function benchAppend(
  bench: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const store = openEventStore({ database: await bench.connectApi() });
  const load = new Load(store);
  await load.openWallets();
  await load.run(1, load.anyWallet); // warms both up
  const rows = await sampleRows(bench.owner, SAMPLE);
  const rates = { grouped: [] as Rate[], single: [] as Rate[], hot: [] as Rate[] };
  for (let round = 1; round <= ROUNDS; round++) {
    rates.grouped.push(await load.run(seconds, load.anyWallet));
    rates.single.push(await insertOneByOne(bench.owner, rows, seconds));
    rates.hot.push(await load.run(seconds, load.oneWallet));
    say(`round ${round} of ${ROUNDS}: ${JSON.stringify(lastOf(rates))}`);
  }
  await store.close();
  const grouped = median(rates.grouped);
  return [
    resultOf({
      name: 'appended commands, grouped',
      value: grouped,
      unit: 'commands/s',
      against: { name: 'one-row INSERTs of the same rows, 64 connections', value: median(rates.single) },
      atLeast: BUDGET[bench.owner.engine],
    }),
    resultOf({
      name: 'one hot wallet',
      value: median(rates.hot),
      unit: 'commands/s',
      against: { name: `uniform over ${WALLETS.toLocaleString('en-US')} wallets`, value: grouped },
      atLeast: 0.8,
    }),
  ];
}

const BUDGET: Record<Database['engine'], number> = { postgres: 3.5, cockroach: 15 };

function lastOf(rates: Record<string, Rate[]>): Record<string, Rate> {
  return Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, Math.round(all.at(-1)!)]));
}
