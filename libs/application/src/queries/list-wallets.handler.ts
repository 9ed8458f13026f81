import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { isReadable, readFreshWallet, type WalletState } from '@tidemark/projections';
import { decodeWallet, STATE_VERSION } from '@tidemark/wallet';
import { decodeCursor, encodeCursor, requireGeneration } from '../read-model/cursor.js';
import { listWallets, type ListedWallet } from '../read-model/list-wallets.query.js';
import { readProjected, type Freshness } from '../read-model/projected-list.js';
import { ReadModel, type Reading } from '../read-model/read-model.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface ListWalletsRequest extends PageRequest, Freshness {
  /** Only wallets whose id begins so. */
  readonly prefix?: string | undefined;
}

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
    const { live, rows, wallets, standing } = await readProjected(
      this.readModel,
      { projection: 'balances', minPosition, consistency },
      async (reading, builds) => {
        const page = await listWallets(reading, { builds, after, prefix, limit: limit + 1 });
        const wallets = await Promise.all(page.rows.slice(0, limit).map((row) => stateOf(reading, row)));
        return { ...page, wallets };
      },
    );
    requireGeneration(cursor, live);
    const cursorAfter = ({ walletId }: ListedWallet) => encodeCursor({ list, generation: live!, after: walletId });
    return {
      entries: wallets.filter((wallet) => wallet !== undefined),
      nextCursor: pageOf(rows, limit, cursorAfter).nextCursor,
      ...standing,
    };
  }
}

// A row that another version of the fold wrote, or that somebody has spoilt, is not believed; the log is.
async function stateOf({ database }: Reading, row: ListedWallet): Promise<WalletState | undefined> {
  const { walletId, region, position, updatedAt } = row;
  if (row.stateVersion !== STATE_VERSION || !isReadable(row.state)) return readFreshWallet(database, walletId);
  return { walletId, region, wallet: decodeWallet(row.state), position, recordedAt: updatedAt };
}
