import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetMovementQuery, ListMovementsQuery } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import { idText, type MovementSearch } from '@tidemark/wallet';
import { Requires } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/movements.docs.js';
import { Problem } from '../problems/problem.js';
import { positionOfQuery } from '../schemas/queries.js';
import { ENGINE } from '../tokens.js';
import {
  movementOf,
  transferOf,
  type MovementAnswer,
  type MovementsAnswer,
  type TransferAnswer,
} from './movements.answers.js';
import { movementQuery, movementsQuery, type MovementQuery, type MovementsQuery } from './movements.queries.js';

@Controller('v1')
export class MovementsController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Get('movements')
  @Requires('read')
  @Documented(docs.listMovements)
  async movements(
    @Query({ schema: movementsQuery }) { minPosition, ...query }: MovementsQuery,
  ): Promise<MovementsAnswer> {
    const position = positionOfQuery(this.engine, minPosition);
    const { entries, ...rest } = await this.queries.execute(
      new ListMovementsQuery({ ...query, minPosition: position }),
    );
    return { movements: entries.map(({ region: _region, ...line }) => line), ...rest };
  }

  @Get('movements/:movementId')
  @Requires('read')
  @Documented(docs.readMovement)
  async movement(
    @Param('movementId', { schema: idText }) movementId: string,
    @Query({ schema: movementQuery }) query: MovementQuery,
  ): Promise<MovementAnswer> {
    const search = { movementId, ...query } as MovementSearch;
    const found = await this.queries.execute(new GetMovementQuery(search));
    if (!found) throw notFound('movement_not_found', `there is no booked movement ${movementId}`, search);
    return movementOf(found);
  }

  @Get('transfers/:transferId')
  @Requires('read')
  @Documented(docs.readTransfer)
  async transfer(
    @Param('transferId', { schema: idText }) transferId: string,
    @Query({ schema: movementQuery }) query: MovementQuery,
  ): Promise<TransferAnswer> {
    const search = { movementId: transferId, ...query } as MovementSearch;
    const found = await this.queries.execute(new GetMovementQuery(search));
    const transfer = found && transferOf(found);
    if (!transfer) throw notFound('transfer_not_found', `there is no transfer ${transferId}`, search);
    return transfer;
  }
}

function notFound(
  code: 'movement_not_found' | 'transfer_not_found',
  what: string,
  { movementId, walletId }: MovementSearch,
): Problem {
  if (walletId !== undefined) return new Problem(code, `${what} of wallet ${walletId}`, { details: { walletId } });
  const yet = 'in what the projection has seen: one that was just booked is found with ?walletId=';
  return new Problem(code, `${what} ${yet}`, { details: { movementId } });
}
