import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readProjected, type Freshness, type Standing } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { readTrialBalance, type CurrencyTrialBalance } from '../read-model/trial-balance.query.js';

export interface TrialBalanceAnswer extends Standing {
  readonly currencies: readonly CurrencyTrialBalance[];
}

/** Adds up the journal by account class and currency. */
export class GetTrialBalanceQuery extends Query<TrialBalanceAnswer> {
  constructor(readonly asked: Freshness = {}) {
    super();
  }
}

@QueryHandler(GetTrialBalanceQuery)
export class GetTrialBalanceHandler implements IQueryHandler<GetTrialBalanceQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws ProjectionBehind, PositionNotReached */
  async execute({ asked }: GetTrialBalanceQuery): Promise<TrialBalanceAnswer> {
    const { minPosition, consistency } = asked;
    const { currencies, standing } = await readProjected(
      this.readModel,
      { projection: 'trial_balance', minPosition, consistency },
      readTrialBalance,
    );
    return { currencies, ...standing };
  }
}
