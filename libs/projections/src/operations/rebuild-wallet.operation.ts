import { setTimeout as sleep } from 'node:timers/promises';
import { followedBuilds } from '../following/generations.js';
import { listParked, requestRebuild } from '../following/parked.js';
import { loadRows } from '../projection-tables.js';
import type { Build } from '../projection.js';
import { OperationRefused } from '../rebuilding/build-records.js';
import { compareWithLog } from '../rebuilding/compare-with-log.js';
import type { Difference, Differences } from '../rebuilding/difference.js';
import { encoded } from '../rebuilding/wallet-check.js';
import type { OperationContext } from './operation-context.js';

const LOOK_EVERY_MS = 100;
/** Kept in the record. */
const DIFFERENCES_MAX = 100;
/** A worker looks for such wallets once a second. */
const WAIT_MS_MAX = 30_000;
const PARKED_MAX = 10_000;

export interface WalletRebuilt {
  readonly walletId: string;
  /** What was wrong before, row by row and line by line; of so many the first are listed. */
  readonly differences: readonly Difference[];
  readonly differencesCount: number;
  /** What each build held before and holds now, as its table has it: JSON. */
  readonly rows: readonly {
    readonly generation: string;
    readonly region: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

/**
 * Builds one wallet again from its first event, in place, in every build that is followed: for a projection whose rows
 * belong to wallets. The worker that holds the wallet's shard does it in one transaction.
 *
 * @throws OperationRefused for an unknown wallet, for a projection that keeps sums, when no worker does it, and when the
 *   wallet cannot be built
 */
export async function rebuildWallet(context: OperationContext, walletId: string): Promise<WalletRebuilt> {
  const { database, projection, report, signal } = context;
  if (projection.totals) {
    throw new OperationRefused(`${projection.name} keeps sums, which are no wallet's: rebuild it whole`);
  }
  const regions = await regionsOfWallet(context, walletId);
  const builds = await Promise.all(regions.map((region) => followedBuilds(database, [projection], region)));
  const places = regions.flatMap((region, i) => builds[i]!.map((build) => ({ build, region })));
  const look = () =>
    Promise.all(
      places.map(async ({ build, region }) => {
        const row = (await loadRows(database, build, region, [walletId])).get(walletId);
        return row ? encoded(projection, row) : null;
      }),
    );
  const wrong = await differencesOf(context, walletId, places);
  const before = await look();
  for (const { build, region } of places) await requestRebuild(database, build, region, walletId, context.requestedBy);
  report({ phase: 'waiting_for_worker' });
  const deadline = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const parked = await listParked(database, { projection: projection.name, limit: PARKED_MAX });
    const open = parked.filter((each) => each.walletId === walletId);
    if (open.length === 0) break;
    const stuck = open.find(({ retry }) => retry === null);
    if (stuck) throw new OperationRefused(`${walletId} is parked at version ${stuck.version}: ${stuck.reason}`);
    if (performance.now() >= deadline) throw new OperationRefused('no worker has done it within 30 s: is one running?');
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  const after = await look();
  const rows = places.map(({ build, region }, i) => ({
    ...{ generation: build.generation, region },
    ...{ before: before[i] ?? null, after: after[i] ?? null },
  }));
  return {
    walletId,
    differences: wrong.flatMap(({ listed }) => listed).slice(0, DIFFERENCES_MAX),
    differencesCount: wrong.reduce((all, { count }) => all + count, 0),
    rows,
  };
}

/** Compared with the log, each row up to its own version: the wallet may go on meanwhile. */
async function differencesOf(
  { database, projection, signal }: OperationContext,
  walletId: string,
  places: readonly { readonly build: Build; readonly region: string }[],
): Promise<Differences[]> {
  const regions = [...new Set(places.map(({ region }) => region))];
  const of = (region: string) => places.filter((place) => place.region === region).map(({ build }) => build.generation);
  return [...(await compareWithLog(database, projection, of, { regions, walletId, signal })).differences.values()];
}

async function regionsOfWallet({ database }: OperationContext, walletId: string): Promise<string[]> {
  const { rows } = await database.query<{ region: string; former_regions: string[] }>(
    `SELECT w.region, w.former_regions FROM wallets w WHERE w.wallet_id = $1::text`,
    [walletId],
  );
  if (!rows[0]) throw new OperationRefused(`there is no wallet ${walletId}`);
  return [rows[0].region, ...rows[0].former_regions];
}
