import { eventsAnswer, statementAnswer } from '../schemas/answers.js';
import { COLUMNS } from '../history/statement-csv.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const walletEvents: EndpointDocs = {
  operationId: 'listWalletEvents',
  tag: 'History',
  summary: 'The events of a wallet',
  description: 'From the log itself, oldest first, with who caused them and the hash that chains them.',
  servedAtHome: true,
  answer: { description: 'One page.', schema: eventsAnswer },
  problems: ['wallet_not_found', 'invalid_cursor', 'lists_busy'],
};

export const statement: EndpointDocs = {
  operationId: 'readStatement',
  tag: 'History',
  summary: 'The statement of a wallet',
  description:
    'What moved money, from the projection, by booking time (when it was recorded) or by effective time (the business’s own date; where a ' +
    'movement has none, when it was recorded). `balances` are those before and after the range `from` to `to`, so that ranges ' +
    'which follow one another join exactly. By booking time a range that has passed is complete and never changes: the answer waits ' +
    '(5 s after `to` at most) until nothing can be recorded in it any more. By effective time it may grow, because a later booking ' +
    'may be about an earlier day, and the wallet may have 20,000 movements at most. `Accept: text/csv` or `format=csv` gives a ' +
    'spreadsheet of all of the range, up to 10,000 lines; with `limit` one page of it, whose next page is in the header `Link`. ' +
    'A text that a spreadsheet would take for a formula begins with an apostrophe there. `Accept: application/pdf` or `format=pdf` ' +
    'gives a document of up to 2,000 lines. `readAsOf` of an eventual one is in `Tidemark-Read-As-Of`.',
  answer: {
    description: 'One page.',
    schema: statementAnswer,
    texts: { 'text/csv': `${COLUMNS.join()}\n`, 'application/pdf': '%PDF-1.3 …' },
    headers: ['Vary', 'Link', 'Tidemark-Read-As-Of'],
  },
  problems: [
    'wallet_not_found',
    'invalid_cursor',
    'not_acceptable',
    'projection_behind',
    'lists_busy',
    'position_not_reached',
    'time_not_reached',
    'statement_too_long',
  ],
};
