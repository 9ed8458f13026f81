import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readFreshWallet } from '@tidemark/projections';
import { limitsOf, type LimitView } from '@tidemark/wallet';
import { ReadModel } from '../read-model/read-model.js';

/** Lists the limits of a wallet in the order in which they were first set. Undefined when no such wallet was opened. */
export class ListLimitsQuery extends Query<readonly LimitView[] | undefined> {
  constructor(readonly walletId: string) {
    super();
  }
}

@QueryHandler(ListLimitsQuery)
export class ListLimitsHandler implements IQueryHandler<ListLimitsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  async execute({ walletId }: ListLimitsQuery): Promise<readonly LimitView[] | undefined> {
    const { database } = this.readModel;
    const found = await this.readModel.retrying(() => readFreshWallet(database, walletId));
    return found && limitsOf(found.wallet, new Date().toISOString());
  }
}
