import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetStatementQuery, GetWalletEventsQuery } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import type { RecordedEvent } from '@tidemark/event-store';
import type { Movement } from '@tidemark/projections';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { chooseMediaType } from '../http/media-types.js';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/history.docs.js';
import { Problem } from '../problems/problem.js';
import type { EventsAnswer, MovementLine, StatementAnswer } from '../schemas/answers.js';
import { walletIdText as walletId } from '@tidemark/wallet';
import {
  eventsQuery,
  positionOfQuery,
  statementQuery,
  type EventsQuery,
  type StatementQuery,
} from '../schemas/queries.js';
import { ENGINE } from '../tokens.js';
import { statementCsv } from './statement-csv.js';

const STATEMENT_TYPES = ['application/json', 'text/csv'] as const;

@Controller('v1/wallets/:walletId')
export class HistoryController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Get('events')
  @Requires('read')
  @Documented(docs.walletEvents)
  async events(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: eventsQuery }) query: EventsQuery,
  ): Promise<EventsAnswer> {
    const page = await this.queries.execute(new GetWalletEventsQuery(id, query));
    if (!page) throw notFound(id);
    return { walletId: id, events: page.entries.map(eventAnswer), nextCursor: page.nextCursor };
  }

  @Get('statement')
  @Requires('read', STATEMENT_TYPES)
  @Documented(docs.statement)
  async statement(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: statementQuery }) { minPosition, ...query }: StatementQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatementAnswer | string> {
    const position = positionOfQuery(this.engine, minPosition);
    const page = await this.queries.execute(new GetStatementQuery(id, { ...query, minPosition: position }));
    const { consistency } = query;
    if (!page) throw notFound(id, consistency);
    const { entries, ...rest } = page;
    const movements = entries.map(movementLine);
    reply.header('vary', 'accept');
    const type = chooseMediaType(request.headers.accept, STATEMENT_TYPES);
    if (type === 'application/json') return { walletId: id, movements, ...rest };
    const { nextCursor, readAsOf } = rest;
    if (nextCursor !== undefined) {
      const likewise = consistency === undefined ? '' : `&consistency=${consistency}`;
      reply.header('link', `<?cursor=${nextCursor}&limit=${query.limit}${likewise}>; rel="next"`);
    }
    if (readAsOf !== undefined) reply.header('tidemark-read-as-of', readAsOf);
    reply.header('content-type', 'text/csv; charset=utf-8');
    return statementCsv(movements);
  }
}

function eventAnswer(event: RecordedEvent): EventsAnswer['events'][number] {
  const { version, position, recordedAt, type, schemaVersion, hash } = event;
  const { caller, idempotencyKey, requestId } = JSON.parse(event.metadata) as Record<string, unknown>;
  const metadata = { caller, idempotencyKey, requestId };
  const data = JSON.parse(event.data) as Record<string, unknown>;
  return { version, position, recordedAt, type, schemaVersion, data, metadata, hash };
}

function movementLine({ walletId: _walletId, region: _region, ...line }: Movement): MovementLine {
  return line;
}

function notFound(walletId: string, consistency?: 'eventual'): Problem {
  const yet = consistency === undefined ? '' : ' (yet)';
  return new Problem('wallet_not_found', `there is no wallet ${walletId}${yet}`, { details: { walletId } });
}
