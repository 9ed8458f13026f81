import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readWalletEvents, type RecordedEvent } from '@tidemark/event-store';
import { decodeCursor, encodeCursor, versionOf } from '../read-model/cursor.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type Page, type PageRequest } from './page.js';

/** Lists a wallet's events from the log itself, oldest first. Undefined when no such wallet was opened. */
export class GetWalletEventsQuery extends Query<Page<RecordedEvent> | undefined> {
  constructor(
    readonly walletId: string,
    readonly asked: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(GetWalletEventsQuery)
export class GetWalletEventsHandler implements IQueryHandler<GetWalletEventsQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ListsBusy */
  async execute({ walletId, asked }: GetWalletEventsQuery): Promise<Page<RecordedEvent> | undefined> {
    const { limit } = asked;
    const list = `events ${walletId}`;
    const generation = 'log';
    const after = asked.cursor === undefined ? 0 : versionOf(decodeCursor(asked.cursor, list));
    const events = await this.read(walletId, after, limit + 1);
    if (events.length === 0 && (after === 0 || (await this.read(walletId, 0, 1)).length === 0)) return undefined;
    return pageOf(events, limit, ({ version }) => encodeCursor({ list, generation, after: String(version) }));
  }

  private read(walletId: string, after: number, limit: number): Promise<RecordedEvent[]> {
    const { database } = this.readModel;
    return this.readModel.listing(() => readWalletEvents(database, { walletId, after, limit }));
  }
}
