import { openingHashes } from '@tidemark/application';
import { IdempotencyKeyReused, type CommandStrategy } from '@tidemark/event-store';
import type { OpenWallet } from '@tidemark/wallet';
import type { RowProblem } from '../mapping/row-problem.js';
import type { WalletRow } from '../mapping/wallet-row.js';
import type { ImportCounts } from './import-counts.js';
import type { ImportRequest } from './import-request.js';
import type { BookingPolicy } from './movement-booking.js';

/**
 * Where a wallet is to live. A database with one region takes any wallet and keeps the region that the file declares as the
 * metadata `homeRegion`; one with several takes those that it has.
 *
 * @param regions of the database, at least one
 */
export function placeWallet(
  row: WalletRow,
  regions: readonly string[],
): { readonly wallet: WalletRow } | { readonly problem: RowProblem } {
  const { homeRegion: declared, metadata } = row;
  const [home] = regions;
  if (declared === '' || regions.includes(declared)) return { wallet: row };
  if (regions.length === 1) {
    return { wallet: { ...row, homeRegion: home!, metadata: { ...metadata, homeRegion: declared } } };
  }
  const detail = `there is no region "${declared}" (there are ${regions.join(', ')})`;
  return { problem: { code: 'unknown_region', detail } };
}

/**
 * Opens a wallet, unless it is open.
 *
 * @param regions of the database, at least one; a wallet that declares none lives in the first
 * @returns whether it was opened now
 * @throws whatever `CommandStrategy.execute` throws, but IdempotencyKeyReused: then it was opened with other metadata, and is open
 */
export async function openWallet(
  store: CommandStrategy,
  { source, caller }: Pick<BookingPolicy, 'source' | 'caller'>,
  wallet: WalletRow,
  regions: readonly string[],
): Promise<boolean> {
  const asked = { type: 'OpenWallet', ...wallet, homeRegion: wallet.homeRegion || undefined } as const;
  const command: OpenWallet = { ...asked, homeRegion: asked.homeRegion ?? regions[0]! };
  try {
    const idempotencyKey = `import-wallet:${source}`;
    const { result, replayed } = await store.execute({
      command,
      idempotencyKey,
      ...openingHashes(asked, regions),
      caller,
    });
    return result.kind === 'accepted' && !replayed;
  } catch (error) {
    if (error instanceof IdempotencyKeyReused) return false;
    throw error;
  }
}

/** Opens the wallet of a movement where this import has not met it yet. */
export async function openOnFirstUse(
  { store, policy, regions }: Pick<ImportRequest, 'store' | 'policy' | 'regions'>,
  walletId: string,
  counts: ImportCounts,
): Promise<void> {
  if (counts.wallets.has(walletId)) return;
  const openedNow = await openWallet(store, policy, { walletId, homeRegion: '', metadata: {} }, regions);
  counts.wallets.add(walletId);
  if (openedNow) counts.walletsOpened++;
}
