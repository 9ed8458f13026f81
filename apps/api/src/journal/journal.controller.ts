import { Controller, Get, Inject, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ReadModel } from '@tidemark/application';
import { GetDailyTotalsQuery, GetJournalQuery, GetTrialBalanceQuery } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/journal.docs.js';
import { ENGINE } from '../tokens.js';
import { positionOfQuery } from '../schemas/queries.js';
import { requireRegion } from '../http/known-region.js';
import type { DailyTotalsAnswer, JournalAnswer, TrialBalanceAnswer } from './journal.answers.js';
import {
  dailyTotalsQuery,
  journalQuery,
  trialBalanceQuery,
  type DailyTotalsQuery,
  type JournalQuery,
  type TrialBalanceQuery,
} from './journal.queries.js';

@Controller('v1')
export class JournalController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ReadModel) private readonly readModel: ReadModel,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Get('journal')
  @Requires('read')
  @Documented(docs.journal)
  journal(@Query({ schema: journalQuery }) { minPosition, account, ...query }: JournalQuery): Promise<JournalAnswer> {
    const position = positionOfQuery(this.engine, minPosition);
    return this.queries.execute(new GetJournalQuery({ ...query, ...account, minPosition: position }));
  }

  @Get('trial-balance')
  @Requires('read')
  @Documented(docs.trialBalance)
  trialBalance(
    @Query({ schema: trialBalanceQuery }) { minPosition, consistency }: TrialBalanceQuery,
  ): Promise<TrialBalanceAnswer> {
    const position = positionOfQuery(this.engine, minPosition);
    return this.queries.execute(new GetTrialBalanceQuery({ minPosition: position, consistency }));
  }

  @Get('daily-totals')
  @Requires('read')
  @Documented(docs.dailyTotals)
  async dailyTotals(
    @Query({ schema: dailyTotalsQuery }) { minPosition, ...query }: DailyTotalsQuery,
  ): Promise<DailyTotalsAnswer> {
    const position = positionOfQuery(this.engine, minPosition);
    // Not only where wallets may live now: a log may have begun in a region that no wallet is opened in any more.
    if (query.region !== undefined) requireRegion(query.region, this.readModel.regions, ['query', 'region']);
    const { entries, ...rest } = await this.queries.execute(
      new GetDailyTotalsQuery({ ...query, minPosition: position }),
    );
    return { totals: entries, ...rest };
  }
}
