import { movementAnswer, walletCommandAnswer, walletRead, walletsAnswer } from '../schemas/answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

const OF_MONEY = [
  'unknown_currency',
  'malformed_amount',
  'negative_zero',
  'too_many_fraction_digits',
  'too_many_digits',
] as const;
const OF_ONE_WALLET = ['wallet_not_found', 'version_mismatch', 'if_match_malformed', 'too_many_currencies'] as const;

export const openWallet: EndpointDocs = {
  operationId: 'openWallet',
  tag: 'Wallets',
  summary: 'Open a wallet',
  description:
    'The caller may choose the id. Without one it follows from the API key and the idempotency key, so that a repeat ' +
    'finds the first wallet. `Location` names the wallet.',
  once: 201,
  servedAtHome: true,
  answer: { description: 'The wallet is open.', schema: walletCommandAnswer, headers: ['ETag', 'Location'] },
  problems: ['wallet_already_open', 'unknown_region', 'if_match_unsupported'],
};

export const listWallets: EndpointDocs = {
  operationId: 'listWallets',
  tag: 'Wallets',
  summary: 'List and search wallets',
  description: 'By id, from the projection: `asOf` says how far that has followed the log.',
  answer: { description: 'One page.', schema: walletsAnswer },
  problems: ['invalid_cursor', 'projection_behind', 'lists_busy', 'position_not_reached'],
};

export const readWallet: EndpointDocs = {
  operationId: 'readWallet',
  tag: 'Wallets',
  summary: 'Read a wallet',
  description:
    'Always fresh: everything that is committed is in it, whatever the projections do. `?at=` answers with the wallet ' +
    'as it was, and the answer never changes: a time is complete 5 s after it has passed, and a read of a more recent one waits ' +
    'until then; a time in the future is refused (409 `time_not_reached`, `Retry-After`). `?consistency=eventual` answers with ' +
    'what the projection has. `ETag` is the version; `If-None-Match` gives 304.',
  servedAtHome: true,
  ifNoneMatch: true,
  answer: { description: 'The wallet.', schema: walletRead, headers: ['ETag'] },
  problems: ['wallet_not_found', 'version_not_found', 'time_not_reached', 'newer_version_needed', 'lists_busy'],
};

export const deposit: EndpointDocs = {
  operationId: 'deposit',
  tag: 'Movements',
  summary: 'Deposit',
  once: 201,
  servedAtHome: true,
  ifMatch: true,
  answer: { description: 'The money is there.', schema: movementAnswer, headers: ['ETag'] },
  problems: [...OF_ONE_WALLET, ...OF_MONEY, 'amount_not_positive'],
};

export const withdraw: EndpointDocs = {
  operationId: 'withdraw',
  tag: 'Movements',
  summary: 'Withdraw',
  description: 'As far as the balance and the overdraft limit allow.',
  once: 201,
  servedAtHome: true,
  ifMatch: true,
  answer: { description: 'The money is gone.', schema: movementAnswer, headers: ['ETag'] },
  problems: [...OF_ONE_WALLET, ...OF_MONEY, 'amount_not_positive', 'insufficient_funds'],
};

export const rehome: EndpointDocs = {
  operationId: 'rehomeWallet',
  tag: 'Wallets',
  summary: 'Move a wallet to another region',
  description:
    'One event, in the region that it leaves. Its history stays readable, and its idempotency keys go with it.',
  once: 201,
  servedAtHome: true,
  ifMatch: true,
  answer: {
    description: 'The next event is written in the new region.',
    schema: walletCommandAnswer,
    headers: ['ETag'],
  },
  problems: [...OF_ONE_WALLET, 'unknown_region', 'same_region'],
};

export const changeLimit: EndpointDocs = {
  operationId: 'setOverdraftLimit',
  tag: 'Movements',
  summary: 'Set the overdraft limit',
  description: 'For one currency. What is overdrawn already stays; it only forbids to go further.',
  once: 201,
  servedAtHome: true,
  ifMatch: true,
  answer: { description: 'The limit holds from now on.', schema: walletCommandAnswer, headers: ['ETag'] },
  problems: [...OF_ONE_WALLET, ...OF_MONEY, 'limit_negative'],
};
