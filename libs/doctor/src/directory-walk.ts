import { readDirectory, readDirectoryPage, placeEvents, readLowestVersions } from '@tidemark/event-store';
import type { Scope } from './scope.js';

/** Rows of the directory read at once. */
const WALLETS_AT_ONCE = 5_000;

/** `versions_contiguous`, from the directory's side: every wallet that is listed has events. */
export async function walkDirectory(scope: Scope, wallets: number): Promise<void> {
  const { audit, allRegions, regions, report, signal } = scope;
  const whole = regions.length === allRegions.length; // else of the one region that was asked for
  let after: string | undefined = '';
  let done = 0;
  while (after !== undefined) {
    signal.throwIfAborted();
    const from: string = after;
    const rows = await audit.read((reader) =>
      scope.walletId === undefined
        ? readDirectoryPage(reader, { after: from, limit: WALLETS_AT_ONCE })
        : readDirectory(reader, [scope.walletId]),
    );
    const listed = rows.filter(({ region }) => whole || regions.includes(region));
    // Each wallet is listed in the statement that writes its first event, so by now that is there.
    const opened = await audit.read((reader) =>
      placeEvents(
        reader,
        listed.flatMap(({ walletId }) => allRegions.map((region) => ({ region, walletId, version: 1 }))),
      ),
    );
    const there = new Set(opened.map(({ walletId }) => walletId));
    const headless = listed.filter(({ walletId }) => !there.has(walletId));
    const rest = await audit.read((reader) =>
      readLowestVersions(
        reader,
        allRegions,
        headless.map(({ walletId }) => walletId),
      ),
    );
    for (const { walletId, region } of headless) {
      if (rest.some((range) => range.walletId === walletId)) continue; // a hole, which its events show
      const message = `the directory lists the wallet in region ${region}, and it has no event`;
      report({ invariant: 'versions_contiguous', walletId, version: 0, message });
    }
    scope.progress('directory', (done += rows.length), wallets);
    after = scope.walletId !== undefined || rows.length < WALLETS_AT_ONCE ? undefined : rows.at(-1)!.walletId;
  }
}
