import { eventsAnswer, statementAnswer } from '../schemas/answers.js';
import type { EndpointDocs } from './documented.js';

export const walletEvents: EndpointDocs = {
  tag: 'History',
  summary: 'The events of a wallet',
  description: 'From the log itself, oldest first, with who caused them and the hash that chains them.',
  readAtHome: true,
  answer: { description: 'One page.', schema: eventsAnswer },
  problems: ['wallet_not_found', 'invalid_cursor', 'database_unavailable'],
};

export const statement: EndpointDocs = {
  tag: 'History',
  summary: 'The statement of a wallet',
  description:
    'What moved money, oldest first, from the projection. `Accept: text/csv` gives a spreadsheet; its next page is in ' +
    'the header `Link`, and `readAsOf` of an eventual one in `Tidemark-Read-As-Of`. A text that a spreadsheet would take for ' +
    'a formula begins with an apostrophe there.',
  answer: {
    description: 'One page.',
    schema: statementAnswer,
    csv: 'version,recordedAt,effectiveAt,type,movementId,amount,currency,balanceAfter,counterparty,reference,description\n',
  },
  problems: ['wallet_not_found', 'invalid_cursor', 'not_acceptable', 'projection_behind', 'database_unavailable'],
};
