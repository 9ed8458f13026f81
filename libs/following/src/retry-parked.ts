import type { Database } from '@tidemark/database';
import {
  POSITION_TYPE,
  readWalletEvents,
  shardOf,
  type LogCursor,
  type Position,
  type ProjectedEvent,
} from '@tidemark/event-store';
import { EventFromTheFuture } from '@tidemark/wallet';
import { type Build, type Connection, deleteWallet, loadRows, saveChanges } from '@tidemark/projections';
import { moveCheckpoints } from './checkpoints.js';
import { Decoder, ShardFromTheFuture, WalletFold, type Stuck } from './fold-stream.js';
import { park, unpark, type ParkedWallet } from './parked.js';
import type { Hold } from './fold-page.js';

/** Events folded before their lines are written: what a retry keeps in memory. */
const EVENTS_PAGE = 1_000;

/**
 * Tries a parked wallet again, up to where its shard is followed. Only the worker that holds the shard may: it is the
 * one that applies, or leaves out, what comes next. In one transaction, so that readers see all of it or nothing.
 *
 * @param cursor where the build stands in the wallet's shard
 * @returns whether the wallet is parked no more; if it is, with the new reason
 * @throws PageLost; ShardFromTheFuture; whatever the database says
 */
export async function retryParked(
  database: Database,
  hold: Hold,
  build: Build,
  cursor: LogCursor,
  parked: ParkedWallet,
): Promise<boolean> {
  const { walletId } = parked;
  const attempt = await database
    .transaction(async ({ query }) => {
      const connection = { query, engine: database.engine };
      await holdShard(connection, hold, build, cursor, walletId);
      // Done already, or asked for otherwise since it was read: then it is looked at again.
      if (await unpark(connection, parked)) await applyAll(connection, build, hold.region, cursor, parked);
      return undefined;
    })
    .catch((error: unknown) => {
      if (error instanceof StuckAgain) return error;
      if (error instanceof EventFromTheFuture) throw new ShardFromTheFuture(shardOf(walletId), error);
      throw error;
    });
  if (attempt) await parkAgain(database, hold, build, cursor, attempt.stuck);
  return attempt === undefined;
}

/**
 * Parks a wallet that could not be tried again with success.
 *
 * @throws PageLost when the shard has been taken: its new holder may have applied the event already
 */
export async function parkAgain(
  database: Database,
  hold: Hold,
  build: Build,
  cursor: LogCursor,
  stuck: Stuck,
): Promise<void> {
  await database.transaction(async ({ query }) => {
    const connection = { query, engine: database.engine };
    await holdShard(connection, hold, build, cursor, stuck.walletId);
    await park(connection, build, hold.region, [stuck]);
  });
}

/** Keeps the wallet's shard from being taken, and its checkpoint from being moved, until the transaction ends. @throws PageLost */
async function holdShard(
  connection: Connection,
  { region, leases }: Hold,
  build: Build,
  cursor: LogCursor,
  walletId: string,
): Promise<void> {
  await moveCheckpoints(connection, region, leases, [{ build, shard: shardOf(walletId), from: cursor }], cursor);
}

/** Rolls the transaction back, and carries what is to be said of the wallet. */
class StuckAgain extends Error {
  override readonly name = 'StuckAgain';
  constructor(readonly stuck: Stuck) {
    super(stuck.reason);
  }
}

async function applyAll(
  connection: Connection,
  build: Build,
  region: string,
  cursor: LogCursor,
  { walletId, version: stuckAt, retry }: ParkedWallet,
): Promise<void> {
  const { projection } = build;
  const again = retry === 'rebuild';
  // What comes after it comes by following, and what the wallet did elsewhere since then comes with that.
  const last = await lastVersionFollowed(connection, region, walletId, cursor.position);
  // A wallet that is to be built again may have nothing in this region yet; else what it is stuck at was promised.
  if (last < stuckAt && !(again && stuckAt === 1)) throw new StuckAgain(absent(walletId, stuckAt));
  if (again) await deleteWallet(connection, build, region, walletId);
  const firstCounted = again ? 1 : stuckAt;
  const before = (await loadRows(connection, build, region, [walletId])).get(walletId);
  const fold = new WalletFold(projection, walletId, before?.state === undefined ? undefined : before, new Decoder());
  // Without a row of its own a projection needs no event before the one it is stuck at.
  for (let after = projection.state ? fold.version : firstCounted - 1; after < last;) {
    const limit = Math.min(EVENTS_PAGE, last - after);
    const events = new Map(
      (await readWalletEvents(connection, { walletId, after, limit })).map((event) => [event.version, event]),
    );
    for (const upTo = after + limit; after < upTo; after++) {
      const event = events.get(after + 1);
      if (!event) throw new StuckAgain(absent(walletId, after + 1));
      const own = event.region === region;
      if (own || projection.state) applyOne(fold, event, own && event.version >= firstCounted);
    }
    const { row, lines, additions } = fold.take();
    const changes = { rows: row ? [row] : [], lines, additions };
    await saveChanges(connection, build, region, changes, 'replaced');
  }
}

/** 0 where the wallet has no event in the region up to there. */
async function lastVersionFollowed(
  { query, engine }: Connection,
  region: string,
  walletId: string,
  position: Position,
): Promise<number> {
  const { rows } = await query<{ version: string | null }>(
    `SELECT max(e.version) AS version FROM wallet_events e
     WHERE e.region = $1::text AND e.wallet_id = $2::text AND e.position <= $3::${POSITION_TYPE[engine]}`,
    [region, walletId, position],
    { name: 'last-version-followed' },
  );
  return Number(rows[0]?.version ?? 0);
}

function absent(walletId: string, version: number): Stuck {
  return { walletId, version, reason: `version ${version} is not in the log` };
}

function applyOne(fold: WalletFold, event: ProjectedEvent, counts: boolean): void {
  try {
    fold.apply(event, counts);
  } catch (error) {
    if (error instanceof EventFromTheFuture) throw error;
    throw new StuckAgain(fold.stuck(error instanceof Error ? error.message : String(error)));
  }
}
