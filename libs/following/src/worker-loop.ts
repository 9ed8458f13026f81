import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { ALL_PROJECTIONS, type Projection } from '@tidemark/projections';
import { FOLLOWER_TIMES, type FollowerObserver } from './consumer.js';
import { ExpiryTimer } from './expiry-timer.js';
import { openProjections, openReactors } from './followed-builds.js';
import type { Reactions, SendCommand } from './reactor.js';
import { RegionFollower } from './region-follower.js';

/** How long an idle worker waits before it looks again: half of what a reader may notice. */
const POLL_MS = 50;
/** Other regions have workers of their own. This often one looks whether their shards stand still. */
const FOREIGN_POLL_MS = 2_000;
/** Their own workers come first. */
const FOREIGN_STALL_MS = 8_000;
/** The wait after a failure doubles up to this, so that a broken database is not hammered. */
const FAILURE_WAIT_MAX_MS = 5_000;

/** How often a worker looks for holds and pending movements that have expired. */
const EXPIRY_POLL_MS = 1_000;

export interface RunningWorker {
  /** Whether the last round in its own region succeeded. */
  healthy(): boolean;
  /** Lets the page in flight finish, and gives the shards up. */
  close(): Promise<void>;
}

/**
 * Follows the log with every projection and reactor until it is closed, each region on its own.
 *
 * @param options.regions its own first: that is the one it takes shards of at once, and whose failures make it unhealthy
 */
export function runWorker(options: {
  readonly database: Database;
  readonly regions: readonly [string, ...string[]];
  readonly observer: FollowerObserver;
  readonly projections?: readonly Projection[];
  readonly reactions?: Reactions;
  /** Sends the commands of the expiry timer; absent: nothing is expired. */
  readonly sendExpiry?: SendCommand;
}): RunningWorker {
  const { database, regions, observer, projections = ALL_PROJECTIONS, reactions, sendExpiry } = options;
  const [home] = regions;
  const me = { region: home, id: randomUUID() };
  const foreign = { ...FOLLOWER_TIMES, surveyMs: FOREIGN_POLL_MS, stallMs: FOREIGN_STALL_MS };
  const stopped = new AbortController();
  const failing = new Set<string>();
  const loops = regions.flatMap((region) => {
    const times = region === home ? FOLLOWER_TIMES : foreign;
    const options = { projections, me, observer, times, ...(reactions && { reactions }) };
    const follower = new RegionFollower(database, region, options);
    const open = async () => {
      await openProjections(database, projections);
      await openReactors(database, reactions?.reactors ?? []);
    };
    const following = follow(follower, { open, observer, failing, signal: stopped.signal });
    if (!sendExpiry) return [following];
    const timer = new ExpiryTimer(database, region, sendExpiry);
    return [following, expire(timer, follower, { observer, signal: stopped.signal })];
  });
  return {
    healthy: () => !failing.has(home),
    async close() {
      stopped.abort();
      await Promise.all(loops);
    },
  };
}

async function follow(
  follower: RegionFollower,
  at: {
    readonly open: () => Promise<void>;
    readonly observer: FollowerObserver;
    readonly failing: Set<string>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { region } = follower;
  let opened = false;
  let failures = 0;
  while (!at.signal.aborted) {
    try {
      if (!opened) await at.open();
      opened = true;
      const worked = await follower.cycle();
      failures = 0;
      at.failing.delete(region);
      if (!worked) await pause(follower.shards.length > 0 ? POLL_MS : FOREIGN_POLL_MS / 2, at.signal);
    } catch (error) {
      failures++;
      at.observer.failed('every projection', region, error);
      at.failing.add(region);
      await pause(Math.min(FAILURE_WAIT_MAX_MS, POLL_MS * 2 ** failures), at.signal);
    }
  }
  // It would stall, and be taken: this only spares the others the wait.
  await follower.release().catch(() => undefined);
}

/** Runs beside the follower, so that the projections do not wait for commands. */
async function expire(
  timer: ExpiryTimer,
  follower: RegionFollower,
  { observer, signal }: { readonly observer: FollowerObserver; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await timer.expire(follower.shards, signal);
    } catch (error) {
      if (!signal.aborted) observer.failed('expiry timer', follower.region, error);
    }
    await pause(EXPIRY_POLL_MS, signal);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
