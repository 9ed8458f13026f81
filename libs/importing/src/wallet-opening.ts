import type { CommandPipeline } from '@tidemark/application';
import { IdempotencyKeyReused } from '@tidemark/event-store';
import type { MovementRow } from './mapping/movement-row.js';
import type { RowProblem } from './mapping/row-problem.js';
import type { WalletRow } from './mapping/wallet-row.js';
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
 * Opens a wallet, unless it is open. One that declares no region lives in the first of the database.
 *
 * @returns whether it was opened now
 * @throws whatever the door throws, but IdempotencyKeyReused: then it was opened with other metadata, and is open
 */
export async function openWallet(
  door: Pick<CommandPipeline, 'write'>,
  { source, caller }: Pick<BookingPolicy, 'source' | 'caller'>,
  { walletId, homeRegion, metadata }: WalletRow,
): Promise<boolean> {
  const asked = { type: 'OpenWallet', walletId, metadata, ...(homeRegion !== '' && { homeRegion }) };
  try {
    const { outcome } = await door.write(asked, { caller, idempotencyKey: `import-wallet:${source}` });
    return outcome.result.kind === 'accepted' && !outcome.replayed;
  } catch (error) {
    if (error instanceof IdempotencyKeyReused) return false;
    throw error;
  }
}

/** Opens the wallets of a row where this import has not met them yet. */
export async function openOnFirstUse(
  { door, policy }: Pick<ImportRequest, 'door' | 'policy'>,
  { more, walletId: first }: MovementRow,
  counts: ImportCounts,
): Promise<void> {
  for (const walletId of [first, ...more.map((movement) => movement.walletId)]) {
    if (counts.wallets.has(walletId)) continue;
    const openedNow = await openWallet(door, policy, { walletId, homeRegion: '', metadata: {} });
    counts.wallets.add(walletId);
    if (openedNow) counts.walletsOpened++;
  }
}
