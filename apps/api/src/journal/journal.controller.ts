import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ReadModel } from '@tidemark/application';
import { GetDailyTotalsQuery, GetJournalQuery, GetTrialBalanceQuery } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FORMATS } from '../history/history.queries.js';
import { Requires } from '../http/authentication.js';
import { chooseMediaType } from '../http/media-types.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/journal.docs.js';
import { ENGINE } from '../tokens.js';
import { positionOfQuery } from '../schemas/queries.js';
import { requireRegion } from '../http/known-region.js';
import { journalCsv } from './journal-csv.js';
import type { DailyTotalsAnswer, JournalAnswer, TrialBalanceAnswer } from './journal.answers.js';
import {
  dailyTotalsQuery,
  journalQuery,
  trialBalanceQuery,
  type DailyTotalsQuery,
  type JournalQuery,
  type TrialBalanceQuery,
} from './journal.queries.js';

const TYPES = [FORMATS.json, FORMATS.csv] as const;

@Controller('v1')
export class JournalController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ReadModel) private readonly readModel: ReadModel,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Get('journal')
  @Requires('read', TYPES)
  @Documented(docs.journal)
  async journal(
    @Query({ schema: journalQuery }) query: JournalQuery,
    @Req() { headers, query: given }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JournalAnswer | string> {
    const { minPosition, account, format, ...asked } = query;
    const accepted = chooseMediaType(headers.accept, TYPES);
    const type = format === undefined ? accepted : FORMATS[format];
    const position = positionOfQuery(this.engine, minPosition);
    const page = await this.queries.execute(new GetJournalQuery({ ...asked, ...account, minPosition: position }));
    reply.header('vary', 'accept');
    if (type === FORMATS.json) return page;
    const { nextCursor, readAsOf, entries } = page;
    if (nextCursor !== undefined) reply.header('link', `<?${nextQuery(given, nextCursor)}>; rel="next"`);
    if (readAsOf !== undefined) reply.header('tidemark-read-as-of', readAsOf);
    reply.header('content-type', 'text/csv; charset=utf-8');
    return journalCsv(entries);
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

/** The query as it was given, after the cursor. */
function nextQuery(given: unknown, cursor: string): string {
  const { cursor: _cursor, minPosition: _minPosition, ...rest } = given as Record<string, string>;
  return new URLSearchParams({ cursor, ...rest }).toString();
}
