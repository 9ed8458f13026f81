import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { listParked, type ParkedWallet } from '@tidemark/following';
import { ReadModel } from '../read-model/read-model.js';

/** The first entries of a list without further pages. */
export interface CutList<Entry> {
  readonly entries: readonly Entry[];
  /** Whether there are more than these. */
  readonly more: boolean;
}

/** The parked wallets of a projection. */
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

/** Cuts off the entry that was read only to know whether there are more. */
function cutOff<Entry>(read: readonly Entry[], limit: number): CutList<Entry> {
  return { entries: read.slice(0, limit), more: read.length > limit };
}
