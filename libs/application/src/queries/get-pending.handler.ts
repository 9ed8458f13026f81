import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { RecordedEvent } from '@tidemark/event-store';
import { readFreshWallet } from '@tidemark/projections';
import { openPendingOf, PENDING_EVENT_TYPES, pendingHistoryOf, type PendingView } from '@tidemark/wallet';
import { decodeCursor, encodeCursor } from '../read-model/cursor.js';
import { eventsOfItem } from '../read-model/events-of-item.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type Page, type PageRequest } from './page.js';

/** Lists the open pending movements of a wallet by id. Undefined when no such wallet was opened. */
export class ListPendingQuery extends Query<Page<PendingView> | undefined> {
  constructor(
    readonly walletId: string,
    readonly asked: PageRequest,
  ) {
    super();
  }
}

/** A deposit or withdrawal that was announced, open or over, and its events. */
export interface PendingRead extends PendingView {
  readonly events: readonly RecordedEvent[];
}

/** Reads one pending movement of a wallet. `wallet`: no such wallet was opened; `movement`: none that is open or recent. */
export class GetPendingQuery extends Query<PendingRead | 'wallet' | 'movement'> {
  constructor(
    readonly walletId: string,
    readonly movementId: string,
  ) {
    super();
  }
}

@QueryHandler(ListPendingQuery)
export class ListPendingHandler implements IQueryHandler<ListPendingQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor */
  async execute({ walletId, asked }: ListPendingQuery): Promise<Page<PendingView> | undefined> {
    const list = `pending ${walletId}`;
    const after = asked.cursor === undefined ? '' : decodeCursor(asked.cursor, list).after;
    const { database } = this.readModel;
    const found = await this.readModel.retrying(() => readFreshWallet(database, walletId));
    if (!found) return undefined;
    const open = openPendingOf(found.wallet, new Date().toISOString()).filter(({ movementId }) => movementId > after);
    return pageOf(open, asked.limit, ({ movementId }) => encodeCursor({ list, generation: 'log', after: movementId }));
  }
}

@QueryHandler(GetPendingQuery)
export class GetPendingHandler implements IQueryHandler<GetPendingQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws EventFromTheFuture, ListsBusy */
  async execute({ walletId, movementId }: GetPendingQuery): Promise<PendingRead | 'wallet' | 'movement'> {
    const { database } = this.readModel;
    const found = await this.readModel.retrying(() => readFreshWallet(database, walletId));
    if (!found) return 'wallet';
    const { wallet } = found;
    const { recorded, events } = await this.readModel.listing(() =>
      eventsOfItem(
        database,
        {
          ...{ walletId, id: movementId, types: PENDING_EVENT_TYPES },
          about: (event) =>
            'movementId' in event && event.movementId === movementId
              ? event.type.endsWith('Announced')
                ? 'first'
                : 'later'
              : undefined,
        },
        wallet.version,
      ),
    );
    const movement = pendingHistoryOf(wallet, movementId, events, new Date().toISOString());
    return movement ? { ...movement, events: recorded } : 'movement';
  }
}
