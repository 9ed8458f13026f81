import { COLUMNS } from '../journal/journal-csv.js';
import { dailyTotalsAnswer, journalAnswer, trialBalanceAnswer } from '../journal/journal.answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const journal: EndpointDocs = {
  operationId: 'listJournalEntries',
  tag: 'Books',
  summary: 'The journal',
  description:
    'Double entry, newest first by recorded time: what each event moved between `world` (everything outside; ' +
    '`world:<name>` where the command named an account), `transfers` (sent and not yet received) and `wallet:<walletId>`. Positive amounts are credits, and the lines of an ' +
    'entry sum to zero. What is recorded while pages are turned comes before the first of them. Where `to` has passed, the ' +
    'list is complete and never changes: the answer waits (5 s after `to` at most) until nothing can be recorded before it ' +
    'any more, and until the projection has all of it. Only an `eventual` answer does not wait. With `currency` a page may ' +
    'have fewer entries than `limit`, and still a `nextCursor`: 5,000 entries are looked at for one page. `Accept: text/csv` or ' +
    '`format=csv` gives one row a line; the next page is in the header `Link`.',
  answer: {
    description: 'One page.',
    schema: journalAnswer,
    texts: { 'text/csv': `${COLUMNS.join()}\n` },
    headers: ['Vary', 'Link', 'Tidemark-Read-As-Of'],
  },
  problems: ['invalid_cursor', 'projection_behind', 'lists_busy', 'position_not_reached', 'time_not_reached'],
};

export const trialBalance: EndpointDocs = {
  operationId: 'readTrialBalance',
  tag: 'Books',
  summary: 'The trial balance',
  description:
    'All debits and credits, by currency and account. `wallets` is what the wallets hold together, `world` and the named ' +
    'accounts `world:<name>` together stand below zero by as much, and `transfers` is what was sent and has not been seen to arrive.',
  answer: { description: 'One balance for each currency.', schema: trialBalanceAnswer },
  problems: ['projection_behind', 'lists_busy', 'position_not_reached'],
};

export const dailyTotals: EndpointDocs = {
  operationId: 'listDailyTotals',
  tag: 'Books',
  summary: 'Daily totals',
  description:
    'What was moved each day (of recording, UTC), oldest first, by region, currency and type of event. A transfer is ' +
    'two events. Where the day `to` is over, the totals are complete and never change: the answer waits (5 s after midnight at ' +
    'most) until nothing can be recorded on it any more, and until the projection has all of it. Without `to`, totals of a ' +
    'day may grow until it is over and `asOf` is past it.',
  answer: { description: 'One page.', schema: dailyTotalsAnswer },
  problems: [
    'unknown_region',
    'invalid_cursor',
    'projection_behind',
    'lists_busy',
    'position_not_reached',
    'time_not_reached',
  ],
};
