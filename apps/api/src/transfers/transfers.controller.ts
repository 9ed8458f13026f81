import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Currencies, TransferCommand } from '@tidemark/application';
import type { TransferLeg } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { identityOf, refuseIfMatch } from '../http/request-headers.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/transfers.docs.js';
import { transferBody, type TransferBody } from '../schemas/bodies.js';
import { acceptedOf } from '../wallets/answers.js';
import { detailsOf, moneyOf } from '../wallets/understand.js';

@Controller('v1/transfers')
export class TransfersController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Currencies) private readonly currencies: Currencies,
  ) {}

  @Post()
  @Requires('write')
  @Documented(docs.transfer)
  async transfer(
    @Body({ schema: transferBody }) body: TransferBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const identity = identityOf(request);
    refuseIfMatch(request);
    const legs = await this.legsOf(body);
    const written = await this.commands.execute(new TransferCommand({ legs, details: detailsOf(body) }, identity));
    const { position, wallets } = acceptedOf(written, reply);
    return { transferId: written.command.transferId, position, wallets };
  }

  private async legsOf(body: TransferBody): Promise<readonly [TransferLeg, ...TransferLeg[]]> {
    const asked = 'legs' in body ? body.legs : [body];
    const legs: TransferLeg[] = [];
    for (const [i, { from, to, amount, currency }] of asked.entries()) {
      const at = 'legs' in body ? { within: `legs.${i}.` } : {};
      legs.push({ from, to, amount: await moneyOf(this.currencies, amount, currency, at) });
    }
    return legs as [TransferLeg, ...TransferLeg[]]; // the schema wants one at least
  }
}
