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
    'What moved money, oldest first, from the projection. `Accept: text/csv` gives a spreadsheet; its next page is in ' +
    'the header `Link`, and `readAsOf` of an eventual one in `Tidemark-Read-As-Of`. A text that a spreadsheet would take for ' +
    'a formula begins with an apostrophe there.',
  answer: {
    description: 'One page.',
    schema: statementAnswer,
    texts: { 'text/csv': `${COLUMNS.join()}\n` },
    headers: ['Vary', 'Link', 'Tidemark-Read-As-Of'],
  },
  problems: [
    'wallet_not_found',
    'invalid_cursor',
    'not_acceptable',
    'projection_behind',
    'lists_busy',
    'position_not_reached',
  ],
};
