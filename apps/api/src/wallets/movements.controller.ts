import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ChangeOverdraftLimitCommand,
  Currencies,
  DepositCommand,
  RehomeCommand,
  WithdrawCommand,
} from '@tidemark/application';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { expectedVersionOf, identityOf } from '../http/request-headers.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/wallets.docs.js';
import {
  limitBody,
  movementBody,
  rehomeBody,
  type LimitBody,
  type MovementBody,
  type RehomeBody,
} from '../schemas/bodies.js';
import { walletId } from '../schemas/fields.js';
import { HOME_REGIONS, type HomeRegions } from '../tokens.js';
import { acceptedOf, walletAfter } from './answers.js';
import { detailsOf, moneyOf, requireRegion } from './understand.js';

@Controller('v1/wallets/:walletId')
export class MovementsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Currencies) private readonly currencies: Currencies,
    @Inject(HOME_REGIONS) private readonly regions: HomeRegions,
  ) {}

  @Post('deposits')
  @Requires('write')
  @Documented(docs.deposit)
  async deposit(
    @Param('walletId', { schema: walletId }) id: string,
    @Body({ schema: movementBody }) body: MovementBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const written = await this.commands.execute(
      new DepositCommand(await this.movementOf(id, body, request), identityOf(request)),
    );
    const after = walletAfter(id, acceptedOf(written, reply), reply);
    return { ...after, movementId: written.command.movementId };
  }

  @Post('withdrawals')
  @Requires('write')
  @Documented(docs.withdraw)
  async withdraw(
    @Param('walletId', { schema: walletId }) id: string,
    @Body({ schema: movementBody }) body: MovementBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const written = await this.commands.execute(
      new WithdrawCommand(await this.movementOf(id, body, request), identityOf(request)),
    );
    const after = walletAfter(id, acceptedOf(written, reply), reply);
    return { ...after, movementId: written.command.movementId };
  }

  @Post('limits')
  @Requires('write')
  @Documented(docs.changeLimit)
  async changeLimit(
    @Param('walletId', { schema: walletId }) id: string,
    @Body({ schema: limitBody }) body: LimitBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const identity = identityOf(request);
    const limit = await moneyOf(this.currencies, body.overdraft, body.currency, { amount: 'overdraft' });
    const asked = { walletId: id, limit, ...expectedVersionOf(request) };
    const written = await this.commands.execute(new ChangeOverdraftLimitCommand(asked, identity));
    return walletAfter(id, acceptedOf(written, reply), reply);
  }

  @Post('rehome')
  @Requires('write')
  @Documented(docs.rehome)
  async rehome(
    @Param('walletId', { schema: walletId }) id: string,
    @Body({ schema: rehomeBody }) { homeRegion }: RehomeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const identity = identityOf(request);
    requireRegion(homeRegion, this.regions);
    const asked = { walletId: id, homeRegion, ...expectedVersionOf(request) };
    const written = await this.commands.execute(new RehomeCommand(asked, identity));
    return walletAfter(id, acceptedOf(written, reply), reply);
  }

  private async movementOf(walletId: string, body: MovementBody, request: FastifyRequest) {
    const amount = await moneyOf(this.currencies, body.amount, body.currency);
    return { walletId, amount, details: detailsOf(body), ...expectedVersionOf(request) };
  }
}
