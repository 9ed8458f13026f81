import { walletRead, walletsAnswer } from '../schemas/answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

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
