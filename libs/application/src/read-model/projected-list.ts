import type { Position } from '@tidemark/event-store';
import type { LiveBuilds } from '@tidemark/projections';
import { positionBefore } from './closed-past.js';
import { asOf, type AsOf, type Checkpoint } from './checkpoints.js';
import type { ReadModel } from './read-model.js';
import type { Reading } from './reading.js';
import { waitForPosition } from './wait-for-position.js';

/** How a list may be asked for, besides what is in it. */
export interface Freshness {
  /** Wait until the list has seen everything up to here. Nothing is waited for where `eventual` is asked. */
  readonly minPosition?: Position | undefined;
  /** The nearest replicas may answer, as things stood some 4 s ago. */
  readonly consistency?: 'eventual' | undefined;
}

/** How far behind an answer is. */
export interface Standing {
  readonly asOf: AsOf;
  /** ISO 8601, UTC: the moment that an eventual answer is about, `asOf.behind` too. */
  readonly readAsOf?: string;
}

interface Asked extends Freshness {
  readonly projection: string;
  /** The only one that `minPosition` is about; absent: all. */
  readonly shard?: number | undefined;
  /** The list ends with what was recorded before this time (ISO 8601, UTC): where it has passed, all of that is waited for. */
  readonly before?: string | undefined;
}

/**
 * Reads from a projection's live builds, and how far those have followed the log.
 *
 * @param read one page, and the checkpoints of what it came from in the same statement
 * @throws ProjectionBehind, PositionNotReached, TimeNotReached, ListsBusy
 */
export async function readProjected<
  T extends { readonly live: string | undefined; readonly checkpoints: readonly Checkpoint[] },
>(
  readModel: ReadModel,
  { projection, shard, minPosition, before, consistency }: Asked,
  read: (reading: Reading, builds: LiveBuilds) => Promise<T>,
): Promise<T & { standing: Standing }> {
  const readAll = async (reading: Reading, readAsOf?: string) => {
    const found = await readModel.fromLive(projection, (builds) => read(reading, builds));
    const now = readAsOf === undefined ? Date.now() : Date.parse(readAsOf);
    const behind = await asOf(reading.database, found.checkpoints, now);
    return { ...found, standing: { asOf: behind, ...(readAsOf !== undefined && { readAsOf }) } };
  };
  if (consistency === 'eventual') return readModel.listing(() => readModel.inSnapshot(readAll));
  // Whoever waits for the log keeps no list from being read.
  await readModel.retrying(async () => {
    const past = before === undefined ? undefined : await positionBefore(readModel.database, before);
    const position = [minPosition, past]
      .filter((each) => each !== undefined)
      .sort()
      .at(-1);
    if (position !== undefined) await waitForPosition(readModel, projection, position, shard);
  });
  return readModel.listing(() => readAll(readModel));
}
