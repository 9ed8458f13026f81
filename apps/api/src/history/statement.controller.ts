import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { RangeBalance, StatementRange } from '@tidemark/application';
import { ExportStatementQuery, GetStatementQuery } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import type { Position } from '@tidemark/event-store';
import type { Movement } from '@tidemark/projections';
import { walletIdText as walletId } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { chooseMediaType } from '../http/media-types.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/history.docs.js';
import { inputProblem } from '../problems/input-problem.js';
import type { MovementLine, StatementAnswer } from '../schemas/answers.js';
import { positionOfQuery } from '../schemas/queries.js';
import { ENGINE } from '../tokens.js';
import { FORMATS, statementQuery, type StatementQuery } from './history.queries.js';
import { statementCsv, statementCsvPages } from './statement-csv.js';
import { statementPdf } from './statement-pdf.js';
import { noWallet } from './wallet-not-found.js';

const TYPES = [FORMATS.json, FORMATS.csv, FORMATS.pdf] as const;

/** Lines of a CSV that is read as a whole: some 2 MB. */
export const CSV_LINES_MAX = 10_000;
/** Lines of a PDF: 40 pages, and half a second of this process. */
export const PDF_LINES_MAX = 2_000;

@Controller('v1/wallets/:walletId')
export class StatementController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Get('statement')
  @Requires('read', TYPES)
  @Documented(docs.statement)
  async statement(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: statementQuery }) query: StatementQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatementAnswer | string | Readable> {
    const { format, limit, cursor, minPosition, consistency, ...range } = query;
    const fresh = { minPosition: positionOfQuery(this.engine, minPosition), consistency };
    const accepted = chooseMediaType(request.headers.accept, TYPES);
    const type = format === undefined ? accepted : FORMATS[format];
    const asked = { ...range, ...fresh };
    // The schema gives a limit to every request, so this one asks whether the caller did.
    const whole = cursor === undefined && !Object.hasOwn(request.query as object, 'limit');
    if (type === FORMATS.pdf) {
      if (!whole) throw noPagesOfPdf(cursor === undefined ? 'limit' : 'cursor');
      return this.pdf(id, asked, reply);
    }
    if (type === FORMATS.csv && whole) return this.csv(id, asked, reply);
    return this.page(id, { ...asked, limit, cursor }, query, type, reply);
  }

  private async page(
    id: string,
    asked: ConstructorParameters<typeof GetStatementQuery>[1],
    query: StatementQuery,
    type: string,
    reply: FastifyReply,
  ): Promise<StatementAnswer | string> {
    const found = await this.queries.execute(new GetStatementQuery(id, asked));
    if (!found) throw noWallet(id, asked.consistency);
    reply.header('vary', 'accept');
    const { entries, balances, ...rest } = found;
    const movements = entries.map(movementLine);
    if (type === FORMATS.json) return { walletId: id, movements, balances: balances.map(balanceOf), ...rest };
    const { nextCursor, readAsOf } = rest;
    if (nextCursor !== undefined) reply.header('link', `<?${likewise(query, asked.limit, nextCursor)}>; rel="next"`);
    sayCsv(reply, readAsOf);
    return statementCsv(movements);
  }

  private async csv(id: string, asked: Asked, reply: FastifyReply): Promise<Readable> {
    const found = await this.queries.execute(new ExportStatementQuery(id, asked, CSV_LINES_MAX));
    if (!found) throw noWallet(id, asked.consistency);
    reply.header('vary', 'accept');
    sayCsv(reply, found.readAsOf);
    return Readable.from(statementCsvPages(linesOf(found.pages)));
  }

  private async pdf(id: string, asked: Asked, reply: FastifyReply): Promise<Readable> {
    const found = await this.queries.execute(new ExportStatementQuery(id, asked, PDF_LINES_MAX));
    if (!found) throw noWallet(id, asked.consistency);
    reply.header('vary', 'accept');
    const { by, from, to, reference } = asked;
    if (found.readAsOf !== undefined) reply.header('tidemark-read-as-of', found.readAsOf);
    reply.header('content-type', FORMATS.pdf);
    return statementPdf({ walletId: id, by, from, to, reference, balances: found.balances }, linesOf(found.pages));
  }
}

type Asked = StatementRange & {
  readonly by: 'booking' | 'effective';
  readonly minPosition: Position | undefined;
  readonly consistency: 'eventual' | undefined;
};

function sayCsv(reply: FastifyReply, readAsOf: string | undefined): void {
  if (readAsOf !== undefined) reply.header('tidemark-read-as-of', readAsOf);
  reply.header('content-type', 'text/csv; charset=utf-8');
}

/** The query of the next page: the same range, after the cursor. */
function likewise(query: StatementQuery, limit: number, cursor: string): string {
  const { limit: _limit, cursor: _cursor, minPosition: _minPosition, order, by, ...rest } = query;
  const more = { ...(order !== 'oldest' && { order }), ...(by !== 'booking' && { by }), ...rest };
  const given = Object.entries(more).filter(([, value]) => value !== undefined) as [string, string][];
  return new URLSearchParams([['cursor', cursor], ['limit', String(limit)], ...given]).toString();
}

async function* linesOf(pages: AsyncIterable<readonly Movement[]>): AsyncGenerator<readonly MovementLine[]> {
  for await (const page of pages) yield page.map(movementLine);
}

function movementLine({ walletId: _walletId, region: _region, ...line }: Movement): MovementLine {
  return line;
}

function balanceOf({ currency, opening, closing }: RangeBalance): StatementAnswer['balances'][number] {
  return { currency, opening: opening.toString(), closing: closing.toString() };
}

function noPagesOfPdf(path: 'limit' | 'cursor') {
  return inputProblem('query', [{ path, message: 'must be left out: a PDF has all of the range' }]);
}
