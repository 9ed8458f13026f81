import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { listParked, type ParkedWallet } from '@tidemark/following';
import { ReadModel } from '../read-model/read-model.js';
import { cutOff, type CutList } from './cut-list.js';

/** The wallets that the builds of a projection could not go on with. */
export class GetParkedWalletsQuery extends Query<CutList<ParkedWallet>> {
  constructor(
    readonly projection: string,
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(GetParkedWalletsQuery)
export class GetParkedWalletsHandler implements IQueryHandler<GetParkedWalletsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  execute({ projection, limit }: GetParkedWalletsQuery): Promise<CutList<ParkedWallet>> {
    const { database } = this.readModel;
    return this.readModel.listing(async () =>
      cutOff(await listParked(database, { projection, limit: limit + 1 }), limit),
    );
  }
}
