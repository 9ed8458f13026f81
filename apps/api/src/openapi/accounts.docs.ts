import { COLUMNS } from '../accounts/account-statement-csv.js';
import { accountAnswer, accountsAnswer, accountStatementAnswer } from '../accounts/accounts.schemas.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const defineAccount: EndpointDocs = {
  operationId: 'defineAccount',
  tag: 'Books',
  summary: 'Define an account of the outside',
  description:
    'A name for a part of the outside, such as a bank. Commands name it as `source` or `destination`. It stays for ever. The name ' +
    'makes a repeat safe: the same name and description answer 200, whatever the idempotency key.',
  once: 201,
  answer: { description: 'The account may be named.', schema: accountAnswer },
  problems: ['account_differs', 'too_many_accounts', 'if_match_unsupported'],
};

export const listAccounts: EndpointDocs = {
  operationId: 'listAccounts',
  tag: 'Books',
  summary: 'The accounts of the outside',
  description: 'Those that have a name, by name.',
  answer: { description: 'All of them.', schema: accountsAnswer },
  problems: [],
};

export const accountStatement: EndpointDocs = {
  operationId: 'readAccountStatement',
  tag: 'Books',
  summary: 'The statement of an account of the outside',
  description:
    'What was booked on it in one currency, oldest first by recorded time, with a running sum. It ends at `to`, before which nothing ' +
    'can be recorded any more, so a repeat gets the same lines and sums; it waits until the projection has all of it. The closing ' +
    'balance is the opening balance of the next page, and of a statement from `to` on. `Accept: text/csv` gives a spreadsheet; its ' +
    'next page is in the header `Link`.',
  answer: {
    description: 'One page.',
    schema: accountStatementAnswer,
    texts: { 'text/csv': `${COLUMNS.join()}\n` },
    headers: ['Vary', 'Link'],
  },
  problems: [
    'account_not_found',
    'unknown_currency',
    'invalid_cursor',
    'not_acceptable',
    'projection_behind',
    'lists_busy',
    'time_not_reached',
    'newer_version_needed',
  ],
};
