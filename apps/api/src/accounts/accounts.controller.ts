import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Currencies, OutsideAccounts, type OutsideAccountDefinition } from '@tidemark/application';
import { GetAccountStatementQuery, type AccountStatement } from '@tidemark/application/nest';
import { MoneyError, type Currency } from '@tidemark/money';
import { outsideAccountOf } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { chooseMediaType } from '../http/media-types.js';
import { commandIdentityOf, refuseIfMatch, refuseQuery } from '../http/request-headers.js';
import * as docs from '../openapi/accounts.docs.js';
import { Documented } from '../openapi/endpoint-docs.js';
import { inputProblem } from '../problems/input-problem.js';
import { Problem } from '../problems/problem.js';
import { accountStatementCsv } from './account-statement-csv.js';
import {
  accountName,
  accountStatementQuery,
  defineAccountBody,
  type AccountAnswer,
  type AccountsAnswer,
  type AccountStatementAnswer,
  type AccountStatementQuery,
  type DefineAccountBody,
} from './accounts.schemas.js';

const STATEMENT_TYPES = ['application/json', 'text/csv'] as const;
/** What the outside without a name is called in a path. */
const UNNAMED = 'world';

/** The accounts of the outside that have a name. */
@Controller('v1/accounts')
export class AccountsController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(OutsideAccounts) private readonly accounts: OutsideAccounts,
    @Inject(Currencies) private readonly currencies: Currencies,
  ) {}

  @Post()
  @HttpCode(201)
  @Requires('operate')
  @Documented(docs.defineAccount)
  async define(
    @Body({ schema: defineAccountBody }) body: DefineAccountBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountAnswer> {
    // Asked for as with every POST. The name is what makes a repeat safe, under whatever key it comes.
    commandIdentityOf(request);
    refuseIfMatch(request);
    refuseQuery(request);
    if (!(await this.accounts.define(body))) reply.code(200).header('idempotency-replayed', 'true');
    return accountOf(body);
  }

  @Get()
  @Requires('read')
  @Documented(docs.listAccounts)
  async list(): Promise<AccountsAnswer> {
    return { accounts: (await this.accounts.list()).map(accountOf) };
  }

  @Get(':name/statement')
  @Requires('read', STATEMENT_TYPES)
  @Documented(docs.accountStatement)
  async statement(
    @Param('name', { schema: accountName }) name: string,
    @Query({ schema: accountStatementQuery }) { currency: code, ...query }: AccountStatementQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountStatementAnswer | string> {
    const currency = await this.currencyOf(code);
    if (name !== UNNAMED && !(await this.accounts.isDefined(name))) {
      throw new Problem('account_not_found', `there is no account ${name}`);
    }
    const found = await this.queries.execute(
      new GetAccountStatementQuery({ ...query, name: name === UNNAMED ? undefined : name, currency }),
    );
    reply.header('vary', 'accept');
    const answer = answerOf(found, code);
    const type = chooseMediaType(request.headers.accept, STATEMENT_TYPES);
    if (type === 'application/json') return answer;
    if (found.nextCursor !== undefined) {
      const asked = new URL(request.url, 'http://localhost').searchParams;
      asked.set('cursor', found.nextCursor);
      reply.header('link', `<?${asked}>; rel="next"`);
    }
    reply.header('content-type', 'text/csv; charset=utf-8');
    return accountStatementCsv(answer.lines, code);
  }

  /** @throws Problem `unknown_currency`, `malformed_currency` */
  private async currencyOf(code: string): Promise<Currency> {
    try {
      return await this.currencies.get(code);
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      throw inputProblem('query', [{ path: 'currency', message: error.message }], error.code);
    }
  }
}

function accountOf({ name, description }: OutsideAccountDefinition): AccountAnswer {
  return { name, account: outsideAccountOf(name), description };
}

function answerOf(statement: AccountStatement, currency: string): AccountStatementAnswer {
  const { account, to, openingBalance, closingBalance, entries, nextCursor, asOf } = statement;
  const lines = entries.map(({ amount, balanceAfter, details, ...line }) => ({
    ...line,
    ...{ amount: amount.toString(), balanceAfter: balanceAfter.toString() },
    ...{ reference: details.reference ?? null, description: details.description ?? null },
    effectiveAt: details.effectiveAt ?? null,
  }));
  return {
    ...{ account, currency, to },
    ...{ openingBalance: openingBalance.toString(), closingBalance: closingBalance.toString() },
    ...{ lines, nextCursor, asOf },
  };
}
