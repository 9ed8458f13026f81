import { MovementFinder, openEventStore } from '@tidemark/event-store';
import { Callers, eur, type Item } from './callers.js';
import type { BenchDatabase } from './bench-database.js';
import { median, resultOf, type BenchResult } from './bench-result.js';
import { benchLengths } from './lengths.bench.js';

/** Wallets of each kind. Large enough that few commands of one flush are about the same wallet. */
const WALLETS = 1_000;
/** Commands of each side in each round, at most. */
const COMMANDS_MAX = 5_000;
/** The first warms up, and is not counted. */
const ROUNDS = 6;
/** The bound of open holds is 1,000. As many as callers more are placed on this wallet, and voided. */
const OPEN_HOLDS = 900;
const FUNDS = eur('100000.00');
const AMOUNT = eur('10.00');

/** What is counted a second, by the name of its side. */
const SIDES = [
  'deposit',
  'hold',
  'capture',
  'transfer',
  'reversal',
  'limited',
  'crowded',
  'bare',
  'crowdedHold',
  'bareHold',
] as const;
type Side = (typeof SIDES)[number];

/**
 * Each command against a plain deposit: in this process, by 64 callers, without HTTP. The sides take turns, so that a slow moment
 * of the machine hits all of them.
 *
 * @param seconds how long each side runs in each round, at most
 */
export async function benchCommands(
  bench: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const database = await bench.connectApi();
  const store = openEventStore({ database });
  const callers = new Callers(store, new MovementFinder(database, ['local']));
  await prepare(callers);
  say('the wallets are open');
  const rates = Object.fromEntries(SIDES.map((side) => [side, []])) as unknown as Record<Side, number[]>;
  for (let round = 0; round < ROUNDS; round++) {
    const found = await oneRound(callers, seconds);
    say(`round ${round} of ${ROUNDS - 1}: ${JSON.stringify(found)}`);
    if (round > 0) for (const side of SIDES) rates[side].push(found[side]);
  }
  await store.close();
  return [...resultsOf(rates), ...(await benchLengths(bench, seconds, say))];
}

async function prepare(callers: Callers): Promise<void> {
  const each = (count: number, work: (n: number) => Promise<unknown>) => callers.run(count, Infinity, work);
  for (const kind of ['plain', 'held', 'limited']) {
    await each(WALLETS, (n) => callers.open(`${kind}-${n}`));
    await each(WALLETS, (n) => callers.deposit(`${kind}-${n}`, FUNDS));
  }
  await each(WALLETS * LIMITS.length, (n) => {
    const { name, ...rule } = LIMITS[n % LIMITS.length]!;
    return callers.limit(`limited-${Math.floor(n / LIMITS.length)}`, name, rule);
  });
  for (const walletId of ['crowded', 'bare']) {
    await callers.open(walletId);
    await callers.deposit(walletId, FUNDS);
  }
  await each(OPEN_HOLDS, () => callers.hold('crowded', eur('0.01')));
}

/** Ten that all count a deposit: of one movement, the balance, and each period, by the calendar and rolling. */
const LIMITS = [
  { name: 'movement', per: 'movement', amount: eur('1000.00') },
  { name: 'movement-in', per: 'movement', direction: 'in', amount: eur('1000.00') },
  { name: 'balance', per: 'balance', amount: eur('100000000.00') },
  { name: 'day', per: 'day', amount: eur('100000000.00') },
  { name: 'day-in', per: 'day', direction: 'in', zone: 'Europe/Prague', amount: eur('100000000.00') },
  { name: 'day-count', per: 'day', kind: 'deposit', count: 1_000_000 },
  { name: 'day-rolling', per: 'day', rolling: true, amount: eur('100000000.00') },
  { name: 'week', per: 'week', zone: 'Europe/Prague', amount: eur('100000000.00'), count: 1_000_000 },
  { name: 'month', per: 'month', amount: eur('100000000.00') },
  { name: 'month-rolling', per: 'month', rolling: true, amount: eur('100000000.00') },
] as const;

async function oneRound(callers: Callers, seconds: number): Promise<Record<Side, number>> {
  const side = async (work: (n: number) => Promise<unknown>, times = COMMANDS_MAX) =>
    Math.round((await callers.run(times, seconds, work)).perSecond);
  const movements: Item[] = [];
  const placed: Item[] = [];
  const deposit = await side(async (n) => movements.push(await callers.deposit(`plain-${n % WALLETS}`, AMOUNT)));
  const hold = await side(async (n) => placed.push(await callers.hold(`held-${n % WALLETS}`, AMOUNT)));
  const capture = await side((n) => callers.capture(placed[n]!), placed.length);
  const transfer = await side((n) => callers.transfer(`plain-${n % WALLETS}`, `plain-${(n * 7 + 1) % WALLETS}`, AMOUNT));
  const reversal = await side((n) => callers.reverse(movements[n]!), movements.length);
  return {
    ...{ deposit, hold, capture, transfer, reversal },
    limited: await side((n) => callers.deposit(`limited-${n % WALLETS}`, AMOUNT)),
    crowded: await side(() => callers.deposit('crowded', AMOUNT)),
    bare: await side(() => callers.deposit('bare', AMOUNT)),
    crowdedHold: await side(() => holdAndVoid(callers, 'crowded')),
    bareHold: await side(() => holdAndVoid(callers, 'bare')),
  };
}

async function holdAndVoid(callers: Callers, walletId: string): Promise<void> {
  await callers.void(await callers.hold(walletId, eur('0.01')));
}

function resultsOf(rates: Readonly<Record<Side, readonly number[]>>): BenchResult[] {
  const ratio = (name: string, of: Side, [to, against]: readonly [string, Side], atLeast?: number) =>
    resultOf({
      ...{ name, value: median(rates[of]), unit: '/s', against: { name: to, value: median(rates[against]) } },
      ...(atLeast !== undefined && { atLeast }),
    });
  const plain = ['plain deposits', 'deposit'] as const;
  return [
    ratio('holds', 'hold', plain, 0.7),
    ratio('captures', 'capture', plain, 0.7),
    ratio('reversals', 'reversal', plain, 0.7),
    ratio('transfers', 'transfer', plain),
    ratio('deposits with ten limits', 'limited', plain, 0.8),
    ratio(`deposits to a wallet with ${OPEN_HOLDS} open holds`, 'crowded', ['to a wallet with none', 'bare'], 0.8),
    ratio('hold and void there', 'crowdedHold', ['on a wallet with none', 'bareHold'], 0.8),
  ];
}
