import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '@tidemark/event-store';
import { lacks } from './checkpoints.js';
import type { ReadModel } from './read-model.js';

/** The list did not get as far as the caller asked in time. HTTP 503. */
export class ProjectionBehind extends Error {
  override readonly name = 'ProjectionBehind';
}

/** A caller who reads after writing waits some hundred milliseconds at most, unless something is wrong. */
const WAIT_MS_MAX = 5_000;
/** Half of the worker's own pace. */
const LOOK_EVERY_MS = 25;

/**
 * Waits until a projection has seen everything up to a position: until no commit up to it lies after a checkpoint, so
 * that a region or a shard in which nothing happens does not hold anyone up.
 *
 * @param shard the only one that matters to the caller; absent: all
 * @throws ProjectionBehind after five seconds
 */
export async function waitForPosition(
  readModel: ReadModel,
  projection: string,
  position: Position,
  shard?: number,
): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  for (let waiting = readModel.regions; ;) {
    const checkpoints = (await readModel.checkpoints(projection)).filter(({ region }) => waiting.includes(region));
    const lacking = await Promise.all(checkpoints.map((each) => lacks(readModel.database, each, position, shard)));
    waiting = checkpoints.filter((_, i) => lacking[i]).map(({ region }) => region);
    if (waiting.length === 0) return;
    if (performance.now() >= deadline) {
      throw new ProjectionBehind(`the list has not reached position ${position} within ${WAIT_MS_MAX / 1_000} s`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}
