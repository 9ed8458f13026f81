import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Position } from '@tidemark/event-store';
import { isReadable, readFreshWallet, type WalletState } from '@tidemark/projections';
import { decodeWallet, STATE_VERSION } from '@tidemark/wallet';
import { asOf } from '../read-model/checkpoints.js';
import { decodeCursor, encodeCursor, requireGeneration, type Cursor } from '../read-model/cursor.js';
import { listWallets, type ListedWallet } from '../read-model/list-wallets.query.js';
import { ReadModel } from '../read-model/read-model.js';
import { waitForPosition } from '../read-model/wait-for-position.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface ListWalletsRequest extends PageRequest {
  /** Only wallets whose id begins so. */
  readonly prefix?: string | undefined;
  /** Wait until the list has seen everything up to here. */
  readonly minPosition?: Position | undefined;
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

  /** @throws InvalidCursor, ProjectionBehind */
  async execute({ asked }: ListWalletsQuery): Promise<ProjectedPage<WalletState>> {
    const { prefix, limit, minPosition } = asked;
    const list = `wallets ${prefix ?? ''}`;
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    return this.readModel.retrying(async () => {
      if (minPosition !== undefined) await waitForPosition(this.readModel, 'balances', minPosition);
      return this.read(list, cursor, prefix, limit);
    });
  }

  private async read(
    list: string,
    cursor: Cursor | undefined,
    prefix: string | undefined,
    limit: number,
  ): Promise<ProjectedPage<WalletState>> {
    const { database } = this.readModel;
    const after = cursor?.after ?? '';
    const { live, checkpoints, rows } = await this.readModel.fromLive('balances', (builds) =>
      listWallets(this.readModel, { builds, after, prefix, limit: limit + 1 }),
    );
    requireGeneration(cursor, live);
    const cursorAfter = ({ walletId }: ListedWallet) => encodeCursor({ list, generation: live!, after: walletId });
    const { entries, nextCursor } = pageOf(rows, limit, cursorAfter);
    const wallets = await Promise.all(entries.map((row) => this.stateOf(row)));
    return {
      entries: wallets.filter((wallet) => wallet !== undefined),
      nextCursor,
      asOf: await asOf(database, checkpoints, Date.now()),
    };
  }

  // A row that another version of the fold wrote, or that somebody has spoilt, is not believed; the log is.
  private async stateOf(row: ListedWallet): Promise<WalletState | undefined> {
    const { walletId, region, position, updatedAt } = row;
    if (row.stateVersion !== STATE_VERSION || !isReadable(row.state)) {
      return readFreshWallet(this.readModel.database, walletId);
    }
    return { walletId, region, wallet: decodeWallet(row.state), position, recordedAt: updatedAt };
  }
}
