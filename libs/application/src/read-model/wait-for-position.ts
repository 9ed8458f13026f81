import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '@tidemark/event-store';
import { lacks } from './checkpoints.js';
import type { ReadModel } from './read-model.js';

/** The list did not get as far as the caller asked in time. HTTP 503. */
export class ProjectionBehind extends Error {
  override readonly name = 'ProjectionBehind';
}

/** The log itself did not get as far as the caller asked in time. HTTP 409. */
export class PositionNotReached extends Error {
  override readonly name = 'PositionNotReached';
}

/** A caller who reads after writing waits some hundred milliseconds at most, unless something is wrong. */
const WAIT_MS_MAX = 5_000;
/** Half of the worker's own pace. */
const LOOK_EVERY_MS = 25;

/**
 * Waits until a projection has seen everything up to a position: until the log has reached it, and no commit up to it lies after a
 * checkpoint. So a region or a shard in which nothing happens does not hold anyone up.
 *
 * @param shard the only one that matters to the caller; absent: all
 * @throws ProjectionBehind, PositionNotReached after five seconds
 */
export async function waitForPosition(
  readModel: ReadModel,
  projection: string,
  position: Position,
  shard?: number,
): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  const seconds = WAIT_MS_MAX / 1_000;
  for (let waiting = readModel.regions; ;) {
    const checkpoints = (await readModel.checkpoints(projection)).filter(({ region }) => waiting.includes(region));
    const lacking = await Promise.all(checkpoints.map((each) => lacks(readModel.database, each, position, shard)));
    waiting = checkpoints.filter((_, i) => lacking[i] !== 'nothing').map(({ region }) => region);
    if (waiting.length === 0) return;
    if (performance.now() >= deadline) {
      if (!lacking.includes('log')) {
        throw new ProjectionBehind(`the list has not reached position ${position} within ${seconds} s`);
      }
      throw new PositionNotReached(
        `nothing was committed at or after position ${position} within ${seconds} s; pass on \`position\` of an earlier answer of this service`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}
