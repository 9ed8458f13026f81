import { openEventStore } from '@tidemark/event-store';
import type { BenchDatabase } from './bench-database.js';
import { median, resultOf, type BenchResult } from './bench-result.js';
import { Callers, eur } from './callers.js';

/** Events of the wallets. */
const LENGTHS = [10, 1_000, 100_000] as const;
type Length = (typeof LENGTHS)[number];
/** Deposits to each wallet in each round, at most. */
const DEPOSITS_MAX = 2_000;
/** The first warms up, and is not counted. */
const ROUNDS = 6;
/** The longest wallet is left out where it takes longer to fill. */
const FILL_SECONDS_MAX = 120;
const AMOUNT = eur('1.00');

/**
 * Deposits to one wallet of 10, 1,000 and 100,000 events. In each round a store that has read no wallet yet, so that reading
 * the wallet is part of it.
 */
export async function benchLengths(
  bench: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const database = await bench.connectApi();
  const callersOf = async <T>(work: (callers: Callers) => Promise<T>): Promise<T> => {
    const store = openEventStore({ database });
    return work(new Callers(store)).finally(() => store.close());
  };
  const filled = await callersOf((callers) => fillAll(callers));
  const times = new Map<Length, number[]>(filled.map((length) => [length, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const length of filled) {
      const work = (callers: Callers) =>
        callers.run(DEPOSITS_MAX, seconds, () => callers.deposit(walletOf(length, round), AMOUNT));
      const { perSecond } = await callersOf(work);
      if (round > 0) times.get(length)!.push(1_000_000 / perSecond);
    }
  }
  const took = (length: Length) => median(times.get(length)!);
  say(`µs for a deposit: ${filled.map((length) => `${took(length)} at ${length} events`).join(', ')}`);
  return filled.slice(1).map((length) =>
    resultOf({
      ...{ name: `a deposit to a wallet of ${length.toLocaleString('en-US')} events`, value: took(length), unit: 'µs' },
      ...{ against: { name: 'to one of 10', value: took(10) }, atMost: 1.2 },
    }),
  );
}

/** A short wallet would not stay short, so there is one for each round. The longest is the same in all of them. */
function walletOf(length: Length, round: number): string {
  return length === 100_000 ? 'length-100000' : `length-${length}-${round}`;
}

async function fillAll(callers: Callers): Promise<readonly Length[]> {
  const names = LENGTHS.flatMap((length) =>
    Array.from({ length: ROUNDS }, (_, round) => [walletOf(length, round), length] as const),
  );
  const filled = new Set<Length>();
  for (const [walletId, length] of new Map(names)) {
    await callers.open(walletId);
    const deposits = length - 1;
    const { done } = await callers.run(deposits, FILL_SECONDS_MAX, () => callers.deposit(walletId, AMOUNT));
    if (done === deposits) filled.add(length);
  }
  return LENGTHS.filter((length) => filled.has(length));
}
