import { setTimeout as sleep } from 'node:timers/promises';
import { readCommits, type Position } from '@tidemark/event-store';
import type { Checkpoint } from './checkpoints.js';
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
 * that a region in which nothing happens does not hold anyone up.
 *
 * @throws ProjectionBehind after five seconds
 */
export async function waitForPosition(readModel: ReadModel, projection: string, position: Position): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  for (let waiting = readModel.regions; ;) {
    const checkpoints = (await readModel.checkpoints(projection)).filter(({ region }) => waiting.includes(region));
    const behind = await Promise.all(checkpoints.map((checkpoint) => isBehind(readModel, checkpoint, position)));
    waiting = checkpoints.filter((_, i) => behind[i]).map(({ region }) => region);
    if (waiting.length === 0) return;
    if (performance.now() >= deadline) {
      throw new ProjectionBehind(`the list has not reached position ${position} within ${WAIT_MS_MAX / 1_000} s`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function isBehind({ database }: ReadModel, checkpoint: Checkpoint, position: Position): Promise<boolean> {
  if (checkpoint.position > position) return false;
  const [next] = await readCommits(database, { region: checkpoint.region, after: checkpoint, limit: 1 });
  return next !== undefined && next.position <= position;
}
