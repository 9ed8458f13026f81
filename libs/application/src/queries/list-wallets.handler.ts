import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { isReadable, readFreshWallet, readMetadata, type Metadata, type WalletState } from '@tidemark/projections';
import { decodeWallet, metadataVersionOf, READABLE_STATE_VERSIONS } from '@tidemark/wallet';
import { decodeCursor, encodeCursor, requireGeneration } from '../read-model/cursor.js';
import { listWallets, type ListedWallet } from '../read-model/list-wallets.query.js';
import { readProjected, type Freshness } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import type { Reading } from '../read-model/reading.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface ListWalletsRequest extends PageRequest, Freshness {
  /** Only wallets whose id begins so. */
  readonly prefix?: string | undefined;
}

/** Bytes of metadata on one page. Without it, a page of 200 wallets with 50 KB each took seconds and 10 MB. */
const METADATA_BYTES_MAX = 256 * 1024;

/** Lists wallets by id, as the projection has them. */
export class ListWalletsQuery extends Query<ProjectedPage<WalletState>> {
  constructor(readonly asked: ListWalletsRequest) {
    super();
  }
}

@QueryHandler(ListWalletsQuery)
export class ListWalletsHandler implements IQueryHandler<ListWalletsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ProjectionBehind, PositionNotReached */
  async execute({ asked }: ListWalletsQuery): Promise<ProjectedPage<WalletState>> {
    const { prefix, limit, minPosition, consistency } = asked;
    const list = `wallets ${prefix ?? ''}`;
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const after = cursor?.after ?? '';
    const { live, rows, listed, wallets, standing } = await readProjected(
      this.readModel,
      { projection: 'balances', minPosition, consistency },
      async (reading, builds) => {
        const page = await listWallets(reading, { builds, after, prefix, limit: limit + 1 });
        const metadata = await readMetadata(reading.database, placesOf(page.rows.slice(0, limit)), METADATA_BYTES_MAX);
        // What does not fit any more begins the next page.
        const cut = page.rows.findIndex(({ walletId }, i) => i > 0 && !metadata.has(walletId));
        const listed = page.rows.slice(0, cut < 0 ? limit : Math.min(cut, limit));
        const wallets = await Promise.all(listed.map((row) => stateOf(reading, row, metadata.get(row.walletId) ?? {})));
        return { ...page, listed, wallets };
      },
    );
    requireGeneration(cursor, live);
    const cursorAfter = ({ walletId }: ListedWallet) => encodeCursor({ list, generation: live!, after: walletId });
    return {
      entries: wallets.filter((wallet) => wallet !== undefined),
      nextCursor: pageOf(rows, listed.length, cursorAfter).nextCursor,
      ...standing,
    };
  }
}

// A row of another state version, or a damaged row, is ignored, and the wallet is folded from the log.
async function stateOf({ database }: Reading, row: ListedWallet, metadata: Metadata): Promise<WalletState | undefined> {
  const { walletId, region, position, updatedAt } = row;
  if (!isBelieved(row)) return readFreshWallet(database, walletId);
  return { walletId, region, wallet: decodeWallet(row.state), metadata, position, recordedAt: updatedAt };
}

/** Where the metadata of each wallet is. A row that is not believed is read from the log as a whole. */
function placesOf(rows: readonly ListedWallet[]): { walletId: string; version: number }[] {
  return rows.map((row) => ({
    walletId: row.walletId,
    version: isBelieved(row) ? metadataVersionOf(decodeWallet(row.state)) : 1,
  }));
}

function isBelieved({ stateVersion, state }: ListedWallet): boolean {
  return READABLE_STATE_VERSIONS.includes(stateVersion) && isReadable(state);
}
