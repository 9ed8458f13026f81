import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { VISIBLE_WITHIN_MS } from '@tidemark/event-store';
import { Money, type Currency } from '@tidemark/money';
import { outsideAccountOf, type OutsideAccount } from '@tidemark/wallet';
import { readAccountLines, type AccountLine } from '../read-model/account-statement.query.js';
import { decodeCursor, encodeCursor, requireGeneration } from '../read-model/cursor.js';
import { accountPlaceOf, accountPlaceText } from '../read-model/places.js';
import { readProjected } from '../read-model/projected-list.js';
import { ReadModel } from '../read-model/read-model.js';
import { pageOf, type PageRequest, type ProjectedPage } from './page.js';

export interface AccountStatementRequest extends PageRequest {
  /** Of the account; undefined for `world`. */
  readonly name: string | undefined;
  readonly currency: Currency;
  /** Recorded at or after. ISO 8601, UTC. */
  readonly from?: string | undefined;
  /** Recorded before. Without it, and for a time that has not passed: 5 s ago. */
  readonly to?: string | undefined;
}

/** A line with what the account's balance was after it. */
export interface BalancedLine extends AccountLine {
  readonly balanceAfter: Money;
}

export interface AccountStatement extends ProjectedPage<BalancedLine> {
  readonly account: OutsideAccount;
  readonly to: string;
  /** Before the first line of the page. */
  readonly openingBalance: Money;
  /** After the last. It is the opening balance of the next page. */
  readonly closingBalance: Money;
}

/**
 * What was booked on an account of the outside in one currency, oldest first, with a running sum. It ends at a time before which
 * nothing can be recorded any more, so the same request always gets the same lines and sums.
 */
export class GetAccountStatementQuery extends Query<AccountStatement> {
  constructor(readonly asked: AccountStatementRequest) {
    super();
  }
}

@QueryHandler(GetAccountStatementQuery)
export class GetAccountStatementHandler implements IQueryHandler<GetAccountStatementQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /** @throws InvalidCursor, ProjectionBehind, TimeNotReached, ListsBusy; EventFromTheFuture */
  async execute({ asked }: GetAccountStatementQuery): Promise<AccountStatement> {
    const { name, currency, from, limit } = asked;
    const account = outsideAccountOf(name);
    const list = ['account-statement', account, currency.code, from, asked.to].map((part) => part ?? '').join(' ');
    const cursor = asked.cursor === undefined ? undefined : decodeCursor(asked.cursor, list);
    const place = cursor && accountPlaceOf(cursor.after);
    // All pages of a statement end at the same time.
    const to = place?.to ?? closedAt(asked.to);
    const { live, lines, before, standing } = await readProjected(
      this.readModel,
      { projection: 'journal', before: to },
      (reading, builds) =>
        readAccountLines(reading, { builds, account, currency, from, to, after: place, limit: limit + 1 }),
    );
    requireGeneration(cursor, live);
    const openingBalance = before ?? Money.fromCanonical(place!.balance, currency.code);
    let balance = openingBalance;
    const balanced = lines.map((line) => ({ ...line, balanceAfter: (balance = balance.plus(line.amount)) }));
    const cursorAfter = (last: BalancedLine) =>
      encodeCursor({
        list,
        generation: live!,
        after: accountPlaceText({ ...last, to, balance: `${last.balanceAfter}` }),
      });
    const page = pageOf(balanced, limit, cursorAfter);
    const closingBalance = page.entries.at(-1)?.balanceAfter ?? openingBalance;
    return { account, to, openingBalance, closingBalance, ...page, ...standing };
  }
}

function closedAt(to: string | undefined): string {
  const now = Date.now();
  return to !== undefined && Date.parse(to) <= now ? to : new Date(now - VISIBLE_WITHIN_MS).toISOString();
}
