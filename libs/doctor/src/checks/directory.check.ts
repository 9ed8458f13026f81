import { readDirectory, readHomes, readOutcomesLeftBehind, type DirectoryRow } from '@tidemark/event-store';
import { decodeEvent } from '@tidemark/wallet';
import type { Page, PageCheck, WalletSlice } from '../wallets/page.js';
import { homesAfter, type WalletHomes } from '../wallets/wallet-fold.js';

/** How many outcomes that were left behind are named. A fault that leaves one usually leaves all. */
const LEFT_BEHIND_MAX = 100;

/** Every wallet is listed where its next event goes, with where its past is; and its outcomes went with it. */
export const directoryIsRight: PageCheck = {
  name: 'versions_contiguous',
  async check(page) {
    const ended = page.slices.filter(({ last }) => last);
    if (ended.length === 0) return;
    const rows = await page.audit.read((reader) =>
      readDirectory(
        reader,
        ended.map(({ walletId }) => walletId),
      ),
    );
    const listed = new Map(rows.map((row) => [row.walletId, row]));
    for (const slice of ended) {
      const row = listed.get(slice.walletId);
      if (!row || (slice.homes && !agrees(row, slice.homes))) await judge(page, slice);
    }
    const moved = rows.filter(({ formerRegions }) => formerRegions.length > 0).map(({ walletId }) => walletId);
    if (moved.length > 0) await judgeOutcomes(page, moved);
  },
};

/** Looks again, at directory and log in one statement: the wallet may just have moved. */
async function judge({ audit, allRegions, report }: Page, { walletId, version, homes }: WalletSlice): Promise<void> {
  const { listed, homeEvents } = await audit.read((reader) => readHomes(reader, allRegions, walletId));
  const find = (message: string) => report({ invariant: 'versions_contiguous', walletId, version, message });
  if (!listed) return find('the directory does not list the wallet');
  if (!homes) return;
  const expected = homeEvents.reduce<WalletHomes | undefined>(
    (before, move) => homesAfter(before, decodeEvent(move), move.region),
    undefined,
  );
  if (expected && !agrees(listed, expected)) {
    find(`the directory says ${textOf(listed)}, the log says ${textOf(expected)}`);
  }
}

async function judgeOutcomes({ audit, report }: Page, walletIds: readonly string[]): Promise<void> {
  const left = await audit.read((reader) => readOutcomesLeftBehind(reader, walletIds, LEFT_BEHIND_MAX));
  for (const { walletId, idempotencyKey, region, home } of left) {
    const message = `the outcome of ${idempotencyKey} is in region ${region} and not in ${home}, where the wallet lives`;
    report({ invariant: 'outcome_present', walletId, version: 0, message });
  }
}

function agrees({ region, formerRegions }: DirectoryRow, homes: WalletHomes): boolean {
  return region === homes.region && sorted(formerRegions) === sorted(homes.formerRegions);
}

function textOf({ region, formerRegions }: WalletHomes): string {
  return formerRegions.length === 0 ? region : `${region}, before that ${formerRegions.join(', ')}`;
}

function sorted(regions: readonly string[]): string {
  return [...regions].sort().join(' ');
}
