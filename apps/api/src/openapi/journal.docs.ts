import { dailyTotalsAnswer, journalAnswer, trialBalanceAnswer } from '../journal/journal.answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const journal: EndpointDocs = {
  operationId: 'listJournalEntries',
  tag: 'Books',
  summary: 'The journal',
  description:
    'Double entry, newest first by recorded time: what each event moved between `world` (everything outside), ' +
    '`transfers` (sent and not yet received) and `wallet:<walletId>`. Positive amounts are credits, and the lines of an ' +
    'entry sum to zero. What is recorded while pages are turned comes before the first of them.',
  answer: { description: 'One page.', schema: journalAnswer },
  problems: ['invalid_cursor', 'projection_behind'],
};

export const trialBalance: EndpointDocs = {
  operationId: 'readTrialBalance',
  tag: 'Books',
  summary: 'The trial balance',
  description:
    'All debits and credits, by currency and kind of account. `wallets` is what the wallets hold together, `world` ' +
    'stands below zero by as much, and `transfers` is what was sent and has not been seen to arrive.',
  answer: { description: 'One balance for each currency.', schema: trialBalanceAnswer },
  problems: ['projection_behind'],
};

export const dailyTotals: EndpointDocs = {
  operationId: 'listDailyTotals',
  tag: 'Books',
  summary: 'Daily totals',
  description:
    'What was moved each day (of recording, UTC), oldest first, by region, currency and type of event. A transfer is ' +
    'two events. Totals of a day may grow until it is over and `asOf` is past it.',
  answer: { description: 'One page.', schema: dailyTotalsAnswer },
  problems: ['unknown_region', 'invalid_cursor', 'projection_behind'],
};
