import type { Database } from '@tidemark/database';
import { openEventStore, type CommandStrategy } from '@tidemark/event-store';
import { currency, Money } from '@tidemark/money';
import { median, resultOf, type BenchResult } from './bench-result.js';
import type { BenchDatabase } from './bench-database.js';
import { insertOneByOne, sampleRows } from './one-by-one.js';

/** As in DESIGN §8: the uniform load goes over so many wallets. */
const WALLETS = 10_000;
/** Commands that wait for an answer at any moment, as a thousand mobile apps would. */
const IN_FLIGHT = 2_000;
/** Rows that the one-by-one side writes again and again into empty tables. */
const SAMPLE = 20_000;
const ROUNDS = 3;

const EUR = currency('EUR', 2);

/** How many of something a second. */
export type Rate = number;

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

/** Deposits, a bounded number of them waiting for an answer at any moment. */
class Load {
  private sent = 0;
  readonly anyWallet = (n: number) => `bench-${n % WALLETS}`;
  readonly oneWallet = () => 'bench-0';

  constructor(private readonly store: CommandStrategy) {}

  async openWallets(): Promise<void> {
    await this.spread(WALLETS, (n) => {
      const command = { type: 'OpenWallet', walletId: this.anyWallet(n), homeRegion: 'local', metadata: {} } as const;
      return this.store.execute({ command, idempotencyKey: 'open', requestHash: REQUEST_HASH, caller: 'bench' });
    });
  }

  async run(seconds: number, walletOf: (n: number) => string): Promise<Rate> {
    const startedAt = performance.now();
    const end = startedAt + seconds * 1_000;
    let done = 0;
    await this.spread(Number.POSITIVE_INFINITY, async () => {
      if (performance.now() > end) return false;
      await this.deposit(walletOf(this.sent++));
      done++;
      return true;
    });
    return (done / (performance.now() - startedAt)) * 1_000;
  }

  private async deposit(walletId: string): Promise<void> {
    const n = this.sent;
    const amount = Money.of('10.00', EUR);
    const { result } = await this.store.execute({
      command: { type: 'Deposit', walletId, movementId: `mv_${n.toString(36).padStart(26, '0')}`, amount, details: {} },
      idempotencyKey: `key-${n}`,
      requestHash: REQUEST_HASH,
      caller: 'bench',
    });
    if (result.kind !== 'accepted') throw new Error(`a deposit was rejected: ${result.code}`);
  }

  /** Runs work up to `times`, or until it says false, with IN_FLIGHT at once. */
  private async spread(times: number, work: (n: number) => Promise<unknown>): Promise<void> {
    let next = 0;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        while (next < times && (await work(next++)) !== false);
      }),
    );
  }
}

/** As long as a real one: base64url of 32 bytes. */
const REQUEST_HASH = 'A'.repeat(43);
