import { Controller, Get, Inject, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ListLimitsQuery } from '@tidemark/application/nest';
import { walletIdText as walletId } from '@tidemark/wallet';
import { Requires } from '../http/authentication.js';
import { Documented, type EndpointDocs } from '../openapi/endpoint-docs.js';
import { Problem } from '../problems/problem.js';
import { limitOf, limitsAnswer, type LimitsAnswer } from './limits.answers.js';

const listLimits: EndpointDocs = {
  operationId: 'listLimits',
  tag: 'History',
  summary: 'The limits of a wallet',
  description: 'Always fresh, with what is used of them now. The overdraft limit stands with the balances.',
  servedAtHome: true,
  answer: { description: 'All of them, in the order in which they were first set.', schema: limitsAnswer },
  problems: ['wallet_not_found', 'newer_version_needed'],
};

@Controller('v1/wallets/:walletId')
export class LimitsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get('limits')
  @Requires('read')
  @Documented(listLimits)
  async limits(@Param('walletId', { schema: walletId }) id: string): Promise<LimitsAnswer> {
    const found = await this.queries.execute(new ListLimitsQuery(id));
    if (!found) throw new Problem('wallet_not_found', `there is no wallet ${id}`, { details: { walletId: id } });
    return { walletId: id, limits: found.map(limitOf) };
  }
}
