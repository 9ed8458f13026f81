import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  readFreshWallet,
  readProjectedWallet,
  readWalletAt,
  type ProjectedWallet,
  type WalletState,
} from '@tidemark/projections';
import { unreachable } from '@tidemark/wallet';
import { readClosed } from '../read-model/closed-past.js';
import { ReadModel } from '../read-model/read-model.js';

/** Which state of a wallet to read: the newest, the projected one, that at a version, or that at a time (ISO 8601, UTC). */
export type ReadTime =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'eventual' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'time'; readonly time: string };

/** Reads one wallet. Undefined where there is none at that time, or its version is not reached yet. */
export class GetWalletQuery extends Query<WalletState | ProjectedWallet | undefined> {
  constructor(
    readonly walletId: string,
    readonly readTime: ReadTime,
  ) {
    super();
  }
}

@QueryHandler(GetWalletQuery)
export class GetWalletHandler implements IQueryHandler<GetWalletQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws TimeNotReached, ListsBusy */
  async execute({ walletId, readTime }: GetWalletQuery): Promise<WalletState | ProjectedWallet | undefined> {
    const { readModel } = this;
    const read = () => this.read(walletId, readTime);
    if (readTime.kind === 'fresh' || readTime.kind === 'eventual') return readModel.retrying(read);
    // A request that waits for closed time must not occupy one of the list slots.
    if (readTime.kind === 'time') {
      await readModel.retrying(() => readClosed(readModel.database, readTime.time, () => Promise.resolve()));
    }
    return readModel.listing(read);
  }

  private async read(walletId: string, readTime: ReadTime): Promise<WalletState | ProjectedWallet | undefined> {
    const { database } = this.readModel;
    switch (readTime.kind) {
      case 'fresh':
        return readFreshWallet(database, walletId);
      case 'eventual':
        return this.readModel.eventually((nearby) => readProjectedWallet(database, walletId, { nearby }));
      case 'time':
        return readClosed(database, readTime.time, (reader) => readWalletAt(reader, walletId, { time: readTime.time }));
      case 'version': {
        const found = await readWalletAt(database, walletId, { version: readTime.version });
        return found?.wallet.version === readTime.version ? found : undefined;
      }
      default:
        return unreachable(readTime);
    }
  }
}
