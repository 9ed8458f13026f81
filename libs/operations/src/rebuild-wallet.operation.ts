import { setTimeout as sleep } from 'node:timers/promises';
import { followedBuilds, listParked, requestRebuild } from '@tidemark/following';
import { type Build, linesBetween, loadRows } from '@tidemark/projections';
import {
  compareWithLog,
  type Comparison,
  type Difference,
  encoded,
  NotFound,
  OperationRefused,
  rawRows,
} from '@tidemark/rebuilding';
import type { OperationContext } from './operation-context.js';

const LOOK_EVERY_MS = 100;
/** Kept in the record. */
const DIFFERENCES_MAX = 100;
/** A worker looks for such wallets once a second. */
const WAIT_MS_MAX = 30_000;
const PARKED_MAX = 10_000;

export interface WalletRebuilt {
  readonly walletId: string;
  /** Differences of rows and lines before the rebuild. Only the first ones are listed. */
  readonly differences: readonly Difference[];
  readonly differencesCount: number;
  /** Whether the log has no such wallet, so that its rows were deleted. */
  readonly removed: boolean;
  /** What each build held before and holds now, as its table has it: JSON. */
  readonly rows: readonly {
    readonly generation: string;
    readonly region: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

/**
 * Rebuilds the rows of one wallet from its first event, in every followed build. Only for a projection whose rows belong to
 * wallets. The worker that holds the wallet's shard does it in one transaction. If the log does not know the wallet, its rows
 * are deleted.
 *
 * @throws NotFound for a wallet that neither the log nor a build knows; OperationRefused for a projection that keeps sums,
 *   when no worker does it, and when the wallet cannot be built
 */
export async function rebuildWallet(context: OperationContext, walletId: string): Promise<WalletRebuilt> {
  const { database, projection, report, signal } = context;
  if (projection.totals) {
    throw new OperationRefused(`${projection.name} has sums, which belong to no wallet: rebuild it whole`);
  }
  const lived = await regionsOfWallet(context, walletId);
  const places = lived.length > 0 ? await placesIn(context, lived) : await strayPlaces(context, walletId);
  const look = () =>
    Promise.all(
      places.map(async ({ build, region }) => {
        const row = (await loadRows(database, build, region, [walletId])).get(walletId);
        if (row?.state !== undefined) return encoded(projection, row);
        return row ? ((await rawRows(database, build, region, [walletId])).get(walletId) ?? null) : null;
      }),
    );
  const compared = await comparedWithLog(context, walletId, places);
  const wrong = [...compared.differences.values()];
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
    if (performance.now() >= deadline)
      throw new OperationRefused('no worker has finished it within 30 s: check that one is running');
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
    removed: lived.length === 0 && compared.events === 0,
    rows,
  };
}

/** A followed build, and a region of it. */
interface Place {
  readonly build: Build;
  readonly region: string;
}

/** Compared with the log, each row up to its own version: the wallet may go on meanwhile. */
function comparedWithLog(
  { database, projection, signal }: OperationContext,
  walletId: string,
  places: readonly Place[],
): Promise<Comparison> {
  const regions = [...new Set(places.map(({ region }) => region))];
  const of = (region: string) => places.filter((place) => place.region === region).map(({ build }) => build.generation);
  return compareWithLog(database, projection, of, { regions, walletId, signal });
}

async function placesIn({ database, projection }: OperationContext, regions: readonly string[]): Promise<Place[]> {
  const builds = await Promise.all(regions.map((region) => followedBuilds(database, [projection], region)));
  return regions.flatMap((region, i) => builds[i]!.map((build) => ({ build, region })));
}

/** Where builds hold something of a wallet that the directory does not know. @throws NotFound where none does */
async function strayPlaces(context: OperationContext, walletId: string): Promise<Place[]> {
  const { database } = context;
  const places = await placesIn(context, context.regions);
  const held = await Promise.all(
    places.map(async ({ build, region }) => {
      const rows = await loadRows(database, build, region, [walletId]);
      const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER].map((version) => ({
        walletId,
        version,
      }));
      return rows.size > 0 || (await linesBetween(database, build, region, first!, last)).length > 0;
    }),
  );
  const stray = places.filter((_, i) => held[i]);
  if (stray.length === 0) throw new NotFound(`there is no wallet ${walletId}`);
  return stray;
}

/** Empty for a wallet that the directory does not know. */
async function regionsOfWallet({ database }: OperationContext, walletId: string): Promise<string[]> {
  const { rows } = await database.query<{ region: string; former_regions: string[] }>(
    `SELECT w.region, w.former_regions FROM wallets w WHERE w.wallet_id = $1::text`,
    [walletId],
  );
  return rows.flatMap(({ region, former_regions }) => [region, ...former_regions]);
}
