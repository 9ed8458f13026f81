import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GetWalletQuery, ListWalletsQuery, OpenWalletCommand, type Moment } from '@tidemark/application';
import type { Engine } from '@tidemark/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { identityOf, isUnchanged, refuseIfMatch, versionTag } from '../http/request-headers.js';
import { HOME_REGION } from '../http/served-by.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/wallets.docs.js';
import { Problem } from '../problems/problem.js';
import { openWalletBody, type OpenWalletBody } from '../schemas/bodies.js';
import { walletId } from '../schemas/fields.js';
import { walletQuery, walletsQuery, type WalletQuery, type WalletsQuery } from '../schemas/queries.js';
import { ENGINE, HOME_REGIONS, type HomeRegions } from '../tokens.js';
import { acceptedOf, walletAfter, walletOf } from './answers.js';
import { requireRegion } from './understand.js';
import { positionOfQuery } from './position-of-query.js';

@Controller('v1/wallets')
export class WalletsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(HOME_REGIONS) private readonly regions: HomeRegions,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  @Post()
  @Requires('write')
  @Documented(docs.openWallet)
  async open(
    @Body({ schema: openWalletBody }) body: OpenWalletBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const identity = identityOf(request);
    refuseIfMatch(request);
    const { walletId, homeRegion, metadata = {} } = body;
    if (homeRegion !== undefined) requireRegion(homeRegion, this.regions);
    const asked = { walletId, homeRegion, metadata };
    const written = await this.commands.execute(new OpenWalletCommand(asked, identity, this.regions));
    const answer = walletAfter(written.command.walletId, acceptedOf(written, reply), reply);
    reply.header('location', `/v1/wallets/${answer.walletId}`);
    return answer;
  }

  @Get()
  @Requires('read')
  @Documented(docs.listWallets)
  async list(@Query({ schema: walletsQuery }) { minPosition, ...query }: WalletsQuery) {
    const position = positionOfQuery(this.engine, minPosition);
    const { entries, ...rest } = await this.queries.execute(new ListWalletsQuery({ ...query, minPosition: position }));
    return { wallets: entries.map(walletOf), ...rest };
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
    const moment: Moment = at ?? { kind: consistency };
    const found = await this.queries.execute(new GetWalletQuery(id, moment));
    if (!found) throw notFound(id, moment);
    const { version } = found.wallet;
    reply.header('etag', versionTag(version));
    if (moment.kind === 'fresh') reply.header(HOME_REGION, found.wallet.homeRegion);
    if (!isUnchanged(request, version)) return walletOf(found);
    reply.code(304);
    return undefined;
  }
}

function notFound(walletId: string, moment: Moment): Problem {
  if (moment.kind === 'version') {
    const { version } = moment;
    return new Problem('version_not_found', `there is no version ${version} of wallet ${walletId}`, {
      details: { walletId, version },
    });
  }
  const when =
    moment.kind === 'time' ? ` at ${moment.time}` : moment.kind === 'eventual' ? ' in the projection (yet)' : '';
  return new Problem('wallet_not_found', `there is no wallet ${walletId}${when}`, { details: { walletId } });
}
