import { shardOf, versionBefore } from '@tidemark/event-store';
import type { LiveBuilds, Movement } from '@tidemark/projections';
import { readByEffectiveTime } from './effective-statement.query.js';
import { readProjected, type Freshness, type Standing } from './projected-list.js';
import type { ReadModel } from './read-model.js';
import type { Reading } from './reading.js';
import { postedAt, rangeBalances, walletOfStored, type RangeBalance } from './statement-balances.js';
import { countLines, readLines, readStatement, type BookedRange, type Order } from './statement.query.js';

/** Which lines of a wallet's statement, and in which order. */
export interface StatementRange {
  /** The oldest first by default. */
  readonly order?: Order;
  /**
   * Which time `from` and `to` are about, and which orders the lines: by default when a movement was booked. A movement without an
   * effective time has its recorded one.
   */
  readonly by?: 'booking' | 'effective';
  /** ISO 8601, UTC. Included. */
  readonly from?: string | undefined;
  /** ISO 8601, UTC. Not included, so that ranges which follow one another share no line. */
  readonly to?: string | undefined;
  readonly reference?: string | undefined;
}

/** A part of a range: lines beyond the one at a version, in the order that was asked for. */
interface Part {
  readonly beyond: number | undefined;
  readonly limit: number;
  /** How many lines of the range to count. */
  readonly countMax?: number;
}

interface RangeRead {
  readonly live: string | undefined;
  readonly movements: readonly Movement[];
  /** Of the range as a whole, whatever its lines are filtered by. */
  readonly balances: readonly RangeBalance[];
  readonly count: number;
  readonly standing: Standing;
}

/**
 * A part of a statement. By booking time a range that has passed never changes: it is waited for until nothing can be recorded in it
 * any more. By effective time it may always grow, because a later booking may have an earlier effective time.
 *
 * @returns undefined when no such wallet was opened
 * @throws ProjectionBehind, PositionNotReached, TimeNotReached, StatementTooLong, ListsBusy
 */
export async function readRange(
  readModel: ReadModel,
  walletId: string,
  asked: StatementRange & Freshness,
  part: Part,
): Promise<RangeRead | undefined> {
  const { minPosition, consistency, by, from, to } = asked;
  const before = by === 'effective' ? undefined : to !== undefined && Date.parse(to) <= Date.now() ? to : from;
  const read = by === 'effective' ? byEffectiveTime : byBookingTime;
  const {
    live,
    checkpoints: _,
    movements,
    balances,
    count,
    standing,
  } = await readProjected(
    readModel,
    { projection: 'movements', shard: shardOf(walletId), minPosition, before, consistency },
    (reading, builds) => read(reading, builds, walletId, asked, part),
  );
  return movements && { live, movements, balances, count, standing };
}

async function byBookingTime(
  reading: Reading,
  builds: LiveBuilds,
  walletId: string,
  { from, to, order = 'oldest', reference }: StatementRange,
  { beyond, limit, countMax }: Part,
) {
  const { database } = reading;
  const after = from === undefined ? 0 : await versionBefore(database, walletId, from);
  const upTo = to === undefined ? Number.MAX_SAFE_INTEGER : await versionBefore(database, walletId, to);
  const range: BookedRange = { walletId, after, upTo, reference };
  const { stored, ...page } = await readStatement(reading, { ...range, builds, order, beyond, limit });
  if (!stored) return { ...page, balances: [], count: 0 };
  const wallet = await walletOfStored(reading, walletId, stored);
  const [opening, closing] = [
    await postedAt(reading, builds, walletId, wallet, after),
    await postedAt(reading, builds, walletId, wallet, upTo),
  ];
  const count = countMax === undefined ? 0 : await countLines(reading, builds, range, countMax);
  return { ...page, balances: rangeBalances(opening, closing), count };
}

async function byEffectiveTime(
  reading: Reading,
  builds: LiveBuilds,
  walletId: string,
  { from, to, order = 'oldest', reference }: StatementRange,
  { beyond, limit }: Part,
) {
  const found = await readByEffectiveTime(reading, {
    ...{ walletId, from, to, order, reference },
    ...{ builds, beyond, limit },
  });
  const { live, checkpoints, lines, count, opening, closing } = found;
  const rows = await readLines(
    reading,
    builds,
    walletId,
    lines.map(({ version }) => version),
  );
  const balanceOf = new Map(lines.map(({ version, balanceAfter }) => [version, balanceAfter]));
  const movements = rows.map((row) => ({ ...row, balanceAfter: balanceOf.get(row.version)! }));
  const known = movements.length > 0 || (await isWallet(reading, walletId));
  return {
    live,
    checkpoints,
    movements: known ? movements : undefined,
    balances: rangeBalances(opening, closing),
    count,
  };
}

async function isWallet({ database }: Reading, walletId: string): Promise<boolean> {
  const { rows } = await database.query('SELECT 1 FROM wallets w WHERE w.wallet_id = $1::text', [walletId], {
    name: 'is-wallet',
  });
  return rows.length > 0;
}
