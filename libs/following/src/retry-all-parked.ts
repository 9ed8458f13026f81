import type { Database } from '@tidemark/database';
import { shardOf } from '@tidemark/event-store';
import { keyOf } from './checkpoints.js';
import { isDefect, type FollowerObserver } from './consumer.js';
import type { Hold } from './fold-page.js';
import type { Pack } from './packs.js';
import { parkedToRetry } from './parked.js';
import { parkAgain, retryParked } from './retry-parked.js';

/** Parked wallets that are retried at a time. */
const RETRIES_MAX = 100;

/**
 * Retries the parked wallets that an operator wants retried, in the shards that this worker holds.
 *
 * @throws PageLost, ShardFromTheFuture; whatever the database says when it answers nothing
 */
export async function retryAllParked(
  database: Database,
  hold: Hold,
  packs: readonly Pack[],
  observer: Pick<FollowerObserver, 'failed'>,
): Promise<void> {
  const tracks = packs.flatMap((pack) => pack.tracks);
  const found = await parkedToRetry(database, hold.region, [...hold.leases.keys()], RETRIES_MAX);
  // In builds, and up to places in the log, that this worker follows.
  const toRetry = found.flatMap((parked) => {
    const track = tracks.find(({ build }) => keyOf(build) === `${parked.projection}/${parked.generation}`);
    const cursor = track?.stored.get(shardOf(parked.walletId));
    return track && cursor ? [{ parked, track, cursor }] : [];
  });
  // A page that was folded while they were parked has left them out.
  if (toRetry.length > 0) for (const pack of packs) pack.ahead = undefined;
  for (const { parked, track, cursor } of toRetry) {
    track.rows.delete(parked.walletId);
    try {
      await retryParked(database, hold, track.build, cursor, parked);
    } catch (error) {
      if (!isDefect(error)) throw error;
      // An error of one wallet must not stop the others.
      const reason = error instanceof Error ? error.message : String(error);
      await parkAgain(database, hold, track.build, cursor, { ...parked, reason });
      observer.failed(track.build.projection.name, hold.region, error);
    }
  }
}
