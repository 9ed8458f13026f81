import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { Currencies, Definitions, type Definition } from '@tidemark/application';
import { MoneyError, type Currency } from '@tidemark/money';
import { FEE_ROUNDING, feeScheduleName, type StoredFeeSchedule } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { commandIdentityOf, refuseIfMatch, refuseQuery } from '../http/request-headers.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/fees.docs.js';
import { inputProblem } from '../problems/input-problem.js';
import { Problem } from '../problems/problem.js';
import type { ProblemCode } from '../problems/problem-types.js';
import { storedFeeOf } from './fee-definition.js';
import {
  defineFeeBody,
  type DefineFeeBody,
  type FeeAnswer,
  type FeesAnswer,
  type FeeVersionsAnswer,
} from './fees.schemas.js';

/** What movements cost, by named schedules. */
@Controller('v1/fees')
export class FeesController {
  constructor(
    @Inject(Definitions) private readonly definitions: Definitions,
    @Inject(Currencies) private readonly currencies: Currencies,
  ) {}

  @Post()
  @HttpCode(201)
  @Requires('operate')
  @Documented(docs.defineFee)
  async define(
    @Body({ schema: defineFeeBody }) body: DefineFeeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeeAnswer> {
    refuseIfMatch(request);
    refuseQuery(request);
    const stored = JSON.stringify(storedFeeOf(body, await this.currencyOf(body.currency)));
    const made = await this.definitions.define('fee', body.name, stored, commandIdentityOf(request));
    if (made.replayed) reply.code(200).header('idempotency-replayed', 'true');
    return answerOf(made);
  }

  @Get()
  @Requires('read')
  @Documented(docs.listFees)
  async list(): Promise<FeesAnswer> {
    return { fees: (await this.definitions.list('fee')).map(answerOf) };
  }

  @Get(':name')
  @Requires('read')
  @Documented(docs.readFee)
  async versions(@Param('name', { schema: feeScheduleName }) name: string): Promise<FeeVersionsAnswer> {
    const versions = await this.definitions.versions('fee', name);
    if (versions.length === 0) throw new Problem('fee_not_defined', `there is no fee schedule ${name}`);
    return { versions: versions.map(answerOf) };
  }

  /** @throws Problem `unknown_currency`, `malformed_currency` */
  private async currencyOf(code: string): Promise<Currency> {
    try {
      return await this.currencies.get(code);
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      throw inputProblem('body', [{ path: 'currency', message: error.message }], error.code as ProblemCode);
    }
  }
}

function answerOf({ name, version, definition, definedAt }: Definition): FeeAnswer {
  const stored = JSON.parse(definition) as StoredFeeSchedule & Pick<FeeAnswer, 'tiers'>;
  return { name, version, ...stored, rounding: FEE_ROUNDING, definedAt };
}
