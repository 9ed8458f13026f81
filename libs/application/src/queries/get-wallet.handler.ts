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

/** As it is; as the projection has it; or as it was after a version, or at a time (ISO 8601, UTC). */
export type Moment =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'eventual' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'time'; readonly time: string };

/** Reads one wallet. Undefined where there is none at that moment, or its version is not reached yet. */
export class GetWalletQuery extends Query<WalletState | ProjectedWallet | undefined> {
  constructor(
    readonly walletId: string,
    readonly moment: Moment,
  ) {
    super();
  }
}

@QueryHandler(GetWalletQuery)
export class GetWalletHandler implements IQueryHandler<GetWalletQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws TimeNotReached, ListsBusy */
  async execute({ walletId, moment }: GetWalletQuery): Promise<WalletState | ProjectedWallet | undefined> {
    const { readModel } = this;
    const read = () => this.read(walletId, moment);
    if (moment.kind === 'fresh' || moment.kind === 'eventual') return readModel.retrying(read);
    // Whoever waits for the past to be closed keeps no list from being read.
    if (moment.kind === 'time') {
      await readModel.retrying(() => readClosed(readModel.database, moment.time, () => Promise.resolve()));
    }
    return readModel.listing(read);
  }

  private async read(walletId: string, moment: Moment): Promise<WalletState | ProjectedWallet | undefined> {
    const { database } = this.readModel;
    switch (moment.kind) {
      case 'fresh':
        return readFreshWallet(database, walletId);
      case 'eventual':
        return this.readModel.eventually((nearby) => readProjectedWallet(database, walletId, { nearby }));
      case 'time':
        return readClosed(database, moment.time, (reader) => readWalletAt(reader, walletId, { time: moment.time }));
      case 'version': {
        const found = await readWalletAt(database, walletId, { version: moment.version });
        return found?.wallet.version === moment.version ? found : undefined;
      }
      default:
        return unreachable(moment);
    }
  }
}
