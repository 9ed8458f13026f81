import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { RecordedEvent } from '@tidemark/event-store';
import {
  openPendingOf,
  PENDING_EVENT_TYPES,
  pendingHistoryOf,
  type PendingView,
  type WalletEvent,
} from '@tidemark/wallet';
import { ReadModel } from '../read-model/read-model.js';
import type { Page, PageRequest } from './page.js';
import { listOpenItems, readItem } from './wallet-items.js';

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

/** Reads one pending movement of a wallet. `wallet`: no such wallet was opened; `item`: none that is open or recent. */
export class GetPendingQuery extends Query<PendingRead | 'wallet' | 'item'> {
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
  execute({ walletId, asked }: ListPendingQuery): Promise<Page<PendingView> | undefined> {
    return listOpenItems(
      this.readModel,
      { walletId, kind: 'pending', asked },
      openPendingOf,
      ({ movementId }) => movementId,
    );
  }
}

@QueryHandler(GetPendingQuery)
export class GetPendingHandler implements IQueryHandler<GetPendingQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws EventFromTheFuture, ListsBusy */
  execute({ walletId, movementId }: GetPendingQuery): Promise<PendingRead | 'wallet' | 'item'> {
    const about = (event: WalletEvent) => {
      if (!('movementId' in event) || event.movementId !== movementId) return undefined;
      return event.type.endsWith('Announced') ? 'first' : 'later';
    };
    return readItem(this.readModel, { walletId, id: movementId, types: PENDING_EVENT_TYPES, about }, pendingHistoryOf);
  }
}
