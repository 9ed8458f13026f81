import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetWalletQuery, ListWalletsQuery, type ReadTime } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import type { WalletState } from '@tidemark/projections';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { isUnchanged, versionTag } from '../http/request-headers.js';
import { HOME_REGION } from '../http/served-by.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/wallets.docs.js';
import { Problem } from '../problems/problem.js';
import { walletIdText as walletId } from '@tidemark/wallet';
import { positionOfQuery, walletQuery, walletsQuery, type WalletQuery, type WalletsQuery } from '../schemas/queries.js';
import { ENGINE } from '../tokens.js';
import { hasLapsed, walletOf } from './wallet-answers.js';

@Controller('v1/wallets')
export class WalletsController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Get()
  @Requires('read')
  @Documented(docs.listWallets)
  async list(@Query({ schema: walletsQuery }) { minPosition, ...query }: WalletsQuery) {
    const position = positionOfQuery(this.engine, minPosition);
    const { entries, ...rest } = await this.queries.execute(new ListWalletsQuery({ ...query, minPosition: position }));
    return { wallets: entries.map((entry) => walletOf(entry)), ...rest };
  }

  @Get(':walletId')
  @Requires('read')
  @Documented(docs.readWallet)
  async read(
    @Param('walletId', { schema: walletId }) id: string,
    @Query({ schema: walletQuery }) { at, consistency = 'fresh' }: WalletQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const readTime: ReadTime = at ?? { kind: consistency };
    const found = await this.queries.execute(new GetWalletQuery(id, readTime));
    if (!found) throw notFound(id, readTime);
    const { version } = found.wallet;
    reply.header('etag', versionTag(version));
    if (readTime.kind === 'fresh') reply.header(HOME_REGION, found.wallet.homeRegion);
    const instant = instantOf(readTime, found);
    if (!isUnchanged(request, version) || hasLapsed(found, instant)) return walletOf(found, instant);
    reply.code(304);
    return undefined;
  }
}

/** The time that an answer is about, where it is not the present. */
function instantOf(readTime: ReadTime, { recordedAt }: WalletState): string | undefined {
  return readTime.kind === 'time' ? readTime.time : readTime.kind === 'version' ? recordedAt : undefined;
}

function notFound(walletId: string, readTime: ReadTime): Problem {
  if (readTime.kind === 'version') {
    const { version } = readTime;
    return new Problem('version_not_found', `there is no version ${version} of wallet ${walletId}`, {
      details: { walletId, version },
    });
  }
  const when =
    readTime.kind === 'time' ? ` at ${readTime.time}` : readTime.kind === 'eventual' ? ' in the projection (yet)' : '';
  return new Problem('wallet_not_found', `there is no wallet ${walletId}${when}`, { details: { walletId } });
}
