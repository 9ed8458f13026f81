import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readOutcome, type OutcomeOfKey } from '@tidemark/event-store';
import { ReadModel } from '../read-model/read-model.js';

/**
 * Reads what an idempotency key was answered. A key belongs to its caller and its wallet (ADR 10), so nobody reads another
 * caller's. `wallet`: no such wallet was opened; `key`: nothing is stored.
 */
export class GetOutcomeQuery extends Query<OutcomeOfKey | 'wallet' | 'key'> {
  constructor(
    readonly walletId: string,
    readonly idempotencyKey: string,
    readonly caller: string,
  ) {
    super();
  }
}

@QueryHandler(GetOutcomeQuery)
export class GetOutcomeHandler implements IQueryHandler<GetOutcomeQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  execute(key: GetOutcomeQuery): Promise<OutcomeOfKey | 'wallet' | 'key'> {
    const { walletId, idempotencyKey, caller } = key;
    return this.readModel.retrying(() => readOutcome(this.readModel.database, { walletId, idempotencyKey, caller }));
  }
}
