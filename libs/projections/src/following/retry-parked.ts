import type { Database } from '@tidemark/database';
import { readWalletEvents, shardOf, type LogCursor, type RecordedEvent } from '@tidemark/event-store';
import { EventFromTheFuture } from '@tidemark/wallet';
import { deleteWallet, loadRows, saveChanges, type Connection } from '../projection-tables.js';
import type { Build } from '../projection.js';
import { moveCheckpoints } from './checkpoints.js';
import { Decoder, WalletFold, type Stuck } from './fold-stream.js';
import { park, unpark, type ParkedWallet } from './parked.js';
import type { Hold } from './write-page.js';

/** Events folded before their lines are written: what a retry keeps in memory. */
const EVENTS_PAGE = 1_000;

/**
 * Tries a parked wallet again, up to where its shard is followed. Only the worker that holds the shard may: it is the
 * one that applies, or leaves out, what comes next. In one transaction, so that readers see all of it or nothing.
 *
 * @param cursor where the build stands in the wallet's shard
 * @returns whether the wallet is parked no more; if it is, with the new reason
 * @throws PageLost; EventFromTheFuture; whatever the database says
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
      const move = { build, shard: shardOf(walletId), from: cursor };
      await moveCheckpoints(connection, hold.region, hold.leases, [move], cursor);
      await applyAll(connection, build, hold.region, cursor, parked);
      await unpark(connection, build, hold.region, walletId);
      return undefined;
    })
    .catch((error: unknown) => {
      if (error instanceof StuckAgain) return error;
      throw error;
    });
  if (attempt) await park(database, build, hold.region, [attempt.stuck]);
  return attempt === undefined;
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
  if (retry === 'rebuild') await deleteWallet(connection, build, region, walletId);
  const firstCounted = retry === 'rebuild' ? 1 : stuckAt;
  const before = (await loadRows(connection, build, region, [walletId])).get(walletId);
  const fold = new WalletFold(projection, walletId, before?.state === undefined ? undefined : before, new Decoder());
  // Without a row of its own a projection needs no event before the one it is stuck at.
  let after = projection.state ? fold.version : firstCounted - 1;
  for (;;) {
    const events = await readWalletEvents(connection, { walletId, after, limit: EVENTS_PAGE });
    for (const event of events) {
      const own = event.region === region;
      // What is written after the checkpoint comes by following.
      if (own && event.position > cursor.position) continue;
      if (!projection.state && !own) continue;
      applyOne(fold, event, own && event.version >= firstCounted);
    }
    const { row, lines, additions } = fold.take();
    await saveChanges(connection, build, region, { rows: row ? [row] : [], lines, additions });
    after += EVENTS_PAGE;
    if (events.length < EVENTS_PAGE) return;
  }
}

function applyOne(fold: WalletFold, event: RecordedEvent, counts: boolean): void {
  try {
    fold.apply(event, counts);
  } catch (error) {
    if (error instanceof EventFromTheFuture) throw error;
    throw new StuckAgain(fold.stuck(error instanceof Error ? error.message : String(error)));
  }
}
