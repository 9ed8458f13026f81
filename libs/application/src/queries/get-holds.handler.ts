import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { RecordedEvent } from '@tidemark/event-store';
import { readFreshWallet } from '@tidemark/projections';
import { HOLD_EVENT_TYPES, holdHistoryOf, openHoldsOf, type HoldView } from '@tidemark/wallet';
import { decodeCursor, encodeCursor } from '../read-model/cursor.js';
import { eventsOfItem } from '../read-model/events-of-item.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type Page, type PageRequest } from './page.js';

/** Lists the open holds of a wallet by id. Undefined when no such wallet was opened. */
export class ListHoldsQuery extends Query<Page<HoldView> | undefined> {
  constructor(
    readonly walletId: string,
    readonly asked: PageRequest,
  ) {
    super();
  }
}

/** A hold, open or over, and its events. */
export interface HoldRead extends HoldView {
  readonly events: readonly RecordedEvent[];
}

/** Reads one hold of a wallet. `wallet`: no such wallet was opened; `hold`: it has no such hold that is open or recent. */
export class GetHoldQuery extends Query<HoldRead | 'wallet' | 'hold'> {
  constructor(
    readonly walletId: string,
    readonly holdId: string,
  ) {
    super();
  }
}

@QueryHandler(ListHoldsQuery)
export class ListHoldsHandler implements IQueryHandler<ListHoldsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor */
  async execute({ walletId, asked }: ListHoldsQuery): Promise<Page<HoldView> | undefined> {
    const list = `holds ${walletId}`;
    const after = asked.cursor === undefined ? '' : decodeCursor(asked.cursor, list).after;
    const { database } = this.readModel;
    const found = await this.readModel.retrying(() => readFreshWallet(database, walletId));
    if (!found) return undefined;
    const open = openHoldsOf(found.wallet, new Date().toISOString()).filter(({ holdId }) => holdId > after);
    return pageOf(open, asked.limit, ({ holdId }) => encodeCursor({ list, generation: 'log', after: holdId }));
  }
}

@QueryHandler(GetHoldQuery)
export class GetHoldHandler implements IQueryHandler<GetHoldQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws EventFromTheFuture, ListsBusy */
  async execute({ walletId, holdId }: GetHoldQuery): Promise<HoldRead | 'wallet' | 'hold'> {
    const { database } = this.readModel;
    const found = await this.readModel.retrying(() => readFreshWallet(database, walletId));
    if (!found) return 'wallet';
    const { wallet } = found;
    const { recorded, events } = await this.readModel.listing(() =>
      eventsOfItem(
        database,
        {
          ...{ walletId, id: holdId, types: HOLD_EVENT_TYPES },
          about: (event) =>
            'holdId' in event && event.holdId === holdId ? (event.type === 'FundsHeld' ? 'first' : 'later') : undefined,
        },
        wallet.version,
      ),
    );
    const hold = holdHistoryOf(wallet, holdId, events, new Date().toISOString());
    return hold ? { ...hold, events: recorded } : 'hold';
  }
}
