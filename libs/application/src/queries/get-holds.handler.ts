import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { RecordedEvent } from '@tidemark/event-store';
import { HOLD_EVENT_TYPES, holdHistoryOf, openHoldsOf, type HoldView, type WalletEvent } from '@tidemark/wallet';
import { ReadModel } from '../read-model/read-model.js';
import type { Page, PageRequest } from './page.js';
import { listOpenItems, readItem } from './wallet-items.js';

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

/** Reads one hold of a wallet. `wallet`: no such wallet was opened; `item`: it has no such hold that is open or recent. */
export class GetHoldQuery extends Query<HoldRead | 'wallet' | 'item'> {
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
  execute({ walletId, asked }: ListHoldsQuery): Promise<Page<HoldView> | undefined> {
    return listOpenItems(this.readModel, { walletId, kind: 'holds', asked }, openHoldsOf, ({ holdId }) => holdId);
  }
}

@QueryHandler(GetHoldQuery)
export class GetHoldHandler implements IQueryHandler<GetHoldQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws EventFromTheFuture, ListsBusy */
  execute({ walletId, holdId }: GetHoldQuery): Promise<HoldRead | 'wallet' | 'item'> {
    const about = (event: WalletEvent) => {
      if (!('holdId' in event) || event.holdId !== holdId) return undefined;
      return event.type === 'FundsHeld' ? 'first' : 'later';
    };
    return readItem(this.readModel, { walletId, id: holdId, types: HOLD_EVENT_TYPES, about }, holdHistoryOf);
  }
}
