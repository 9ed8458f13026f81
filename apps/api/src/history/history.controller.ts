import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetWalletEventsQuery } from '@tidemark/application/nest';
import type { RecordedEvent } from '@tidemark/event-store';
import { walletIdText as walletId } from '@tidemark/wallet';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/history.docs.js';
import type { EventsAnswer } from '../schemas/answers.js';
import { eventsQuery, type EventsQuery } from '../schemas/queries.js';
import { noWallet } from './wallet-not-found.js';

@Controller('v1/wallets/:walletId')
export class HistoryController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get('events')
  @Requires('read')
  @Documented(docs.walletEvents)
  async events(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: eventsQuery }) query: EventsQuery,
  ): Promise<EventsAnswer> {
    const page = await this.queries.execute(new GetWalletEventsQuery(id, query));
    if (!page) throw noWallet(id);
    return { walletId: id, events: page.entries.map(eventAnswer), nextCursor: page.nextCursor };
  }
}

function eventAnswer(event: RecordedEvent): EventsAnswer['events'][number] {
  const { version, position, recordedAt, type, schemaVersion, hash } = event;
  const { caller, idempotencyKey, requestId } = JSON.parse(event.metadata) as Record<string, unknown>;
  const metadata = { caller, idempotencyKey, requestId };
  const data = JSON.parse(event.data) as Record<string, unknown>;
  return { version, position, recordedAt, type, schemaVersion, data, metadata, hash };
}
