import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Position } from '@tidemark/event-store';
import { asOf, type AsOf } from '../read-model/checkpoints.js';
import { ReadModel } from '../read-model/read-model.js';
import { readTrialBalance, type CurrencyTrialBalance } from '../read-model/trial-balance.query.js';
import { waitForPosition } from '../read-model/wait-for-position.js';

export interface TrialBalanceAnswer {
  readonly currencies: readonly CurrencyTrialBalance[];
  readonly asOf: AsOf;
}

/** Adds up the journal by account class and currency. */
export class GetTrialBalanceQuery extends Query<TrialBalanceAnswer> {
  /** @param minPosition wait until the totals have seen everything up to here */
  constructor(readonly minPosition?: Position | undefined) {
    super();
  }
}

@QueryHandler(GetTrialBalanceQuery)
export class GetTrialBalanceHandler implements IQueryHandler<GetTrialBalanceQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws ProjectionBehind */
  execute({ minPosition }: GetTrialBalanceQuery): Promise<TrialBalanceAnswer> {
    return this.readModel.retrying(async () => {
      if (minPosition !== undefined) await waitForPosition(this.readModel, 'trial_balance', minPosition);
      const { checkpoints, currencies } = await this.readModel.fromLive('trial_balance', (builds) =>
        readTrialBalance(this.readModel, builds),
      );
      return { currencies, asOf: await asOf(this.readModel.database, checkpoints, Date.now()) };
    });
  }
}
