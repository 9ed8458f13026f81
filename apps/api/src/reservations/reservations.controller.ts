import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { LOOKED_THROUGH_MAX } from '@tidemark/application';
import { GetHoldQuery, GetPendingQuery, ListHoldsQuery, ListPendingQuery } from '@tidemark/application/nest';
import { idText, walletIdText as walletId } from '@tidemark/wallet';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/reservations.docs.js';
import { Problem } from '../problems/problem.js';
import { eventsQuery, type EventsQuery } from '../schemas/queries.js';
import {
  holdOf,
  openHoldOf,
  openPendingOf,
  pendingOf,
  type HoldAnswer,
  type HoldsAnswer,
  type PendingAnswer,
  type PendingPageAnswer,
} from './reservations.answers.js';

@Controller('v1/wallets/:walletId')
export class ReservationsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get('holds')
  @Requires('read')
  @Documented(docs.listHolds)
  async holds(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: eventsQuery }) query: EventsQuery,
  ): Promise<HoldsAnswer> {
    const page = await this.queries.execute(new ListHoldsQuery(id, query));
    if (!page) throw noWallet(id);
    return { walletId: id, holds: page.entries.map(openHoldOf), nextCursor: page.nextCursor };
  }

  @Get('holds/:holdId')
  @Requires('read')
  @Documented(docs.readHold)
  async hold(
    @Param('walletId', { schema: walletId }) id: string,
    @Param('holdId', { schema: idText }) holdId: string,
  ): Promise<HoldAnswer> {
    const found = await this.queries.execute(new GetHoldQuery(id, holdId));
    if (found === 'wallet') throw noWallet(id);
    if (found === 'item')
      throw new Problem('hold_not_found', nothing('hold', holdId, id), { details: { walletId: id, holdId } });
    return holdOf(id, found);
  }

  @Get('pending')
  @Requires('read')
  @Documented(docs.listPending)
  async pending(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: eventsQuery }) query: EventsQuery,
  ): Promise<PendingPageAnswer> {
    const page = await this.queries.execute(new ListPendingQuery(id, query));
    if (!page) throw noWallet(id);
    return { walletId: id, pending: page.entries.map(openPendingOf), nextCursor: page.nextCursor };
  }

  @Get('pending/:movementId')
  @Requires('read')
  @Documented(docs.readPending)
  async pendingMovement(
    @Param('walletId', { schema: walletId }) id: string,
    @Param('movementId', { schema: idText }) movementId: string,
  ): Promise<PendingAnswer> {
    const found = await this.queries.execute(new GetPendingQuery(id, movementId));
    if (found === 'wallet') throw noWallet(id);
    if (found === 'item') {
      const details = { walletId: id, movementId };
      throw new Problem('pending_movement_not_found', nothing('pending movement', movementId, id), { details });
    }
    return pendingOf(id, found);
  }
}

function noWallet(walletId: string): Problem {
  return new Problem('wallet_not_found', `there is no wallet ${walletId}`, { details: { walletId } });
}

function nothing(kind: string, id: string, walletId: string): string {
  const events = LOOKED_THROUGH_MAX.toLocaleString('en');
  return `wallet ${walletId} has no open ${kind} ${id}, and none among its newest ${events} events`;
}
