import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { shardOf } from '@tidemark/event-store';
import { decodeCursor, encodeCursor, requireGeneration } from '../read-model/cursor.js';
import { readJournalPage, type JournalFilter } from '../read-model/journal-page.js';
import type { JournalEntry } from '../read-model/journal.query.js';
import { journalPlaceOf, journalPlaceText } from '../read-model/places.js';
import { readProjected, type Freshness } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface JournalRequest extends PageRequest, JournalFilter, Freshness {}

/**
 * Lists the journal, newest first: what comes in while someone turns pages is before the first of them, and moves none.
 * Everything up to `asOf.position` of the first page is in it, once.
 */
export class GetJournalQuery extends Query<ProjectedPage<JournalEntry>> {
  constructor(readonly asked: JournalRequest) {
    super();
  }
}

@QueryHandler(GetJournalQuery)
export class GetJournalHandler implements IQueryHandler<GetJournalQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ProjectionBehind, PositionNotReached, TimeNotReached */
  async execute({ asked }: GetJournalQuery): Promise<ProjectedPage<JournalEntry>> {
    const { walletId, counterAccount, currency, from, to, limit, minPosition, consistency } = asked;
    const parts = [walletId, counterAccount, from, to, ...(currency === undefined ? [] : [currency])];
    const list = ['journal', ...parts].map((part) => part ?? '').join(' ');
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const before = cursor && journalPlaceOf(cursor.after);
    const shard = walletId === undefined ? undefined : shardOf(walletId);
    const { live, entries, lookedUpTo, standing } = await readProjected(
      this.readModel,
      { projection: 'journal', shard, minPosition, before: to, consistency },
      (reading, builds) =>
        readJournalPage(reading, { walletId, counterAccount, currency, from, to, builds, before, limit: limit + 1 }),
    );
    requireGeneration(cursor, live);
    const cursorAfter = (last: JournalEntry) =>
      encodeCursor({ list, generation: live!, after: journalPlaceText(last) });
    const page = pageOf(entries, limit, cursorAfter);
    // Nothing more was found in what was looked at, and there is more to look at.
    const nextCursor = page.nextCursor ?? (lookedUpTo && cursorAfter(lookedUpTo));
    return { ...page, nextCursor, ...standing };
  }
}
