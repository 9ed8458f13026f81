import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetOutcomeQuery } from '@tidemark/application/nest';
import { fullBalances, type OutcomeOfKey } from '@tidemark/event-store';
import { IDEMPOTENCY_KEY, walletIdText as walletId } from '@tidemark/wallet';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequiresEither } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/reservations.docs.js';
import { Problem } from '../problems/problem.js';
import type { OutcomeAnswer } from './outcomes.answers.js';

const outcomeQuery = z.strictObject({
  idempotencyKey: z
    .string()
    .regex(IDEMPOTENCY_KEY, 'must be one key of 1 to 255 visible ASCII characters')
    .meta({ description: 'The key, percent-encoded.', example: 'order-4711' }),
});

@Controller('v1/wallets/:walletId')
export class OutcomesController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get('outcome')
  @RequiresEither('read', 'write')
  @Documented(docs.readOutcome)
  async outcome(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: outcomeQuery }) { idempotencyKey }: z.infer<typeof outcomeQuery>,
    @Req() { caller }: FastifyRequest,
  ): Promise<OutcomeAnswer> {
    const found = await this.queries.execute(new GetOutcomeQuery(id, idempotencyKey, caller.name));
    if (found === 'wallet') {
      throw new Problem('wallet_not_found', `there is no wallet ${id}`, { details: { walletId: id } });
    }
    if (found === 'key') {
      const what = `nothing is stored under this key of the caller ${caller.name} on wallet ${id}`;
      throw new Problem('outcome_not_found', what, { details: { walletId: id } });
    }
    return answerOf(id, idempotencyKey, found);
  }
}

function answerOf(walletId: string, idempotencyKey: string, { result, events }: OutcomeOfKey): OutcomeAnswer {
  if (result.kind === 'rejected') {
    const { code, details } = result;
    return { walletId, idempotencyKey, outcome: 'rejected', code, details };
  }
  const { position, wallets } = result;
  return {
    ...{ walletId, idempotencyKey, outcome: 'accepted', position },
    wallets: wallets.map((view) => ({ ...view, balances: fullBalances(view.balances) })),
    events: events.map(({ version, recordedAt, type, data }) => ({
      ...{ version, recordedAt, type },
      data: JSON.parse(data) as Record<string, unknown>,
    })),
  };
}
