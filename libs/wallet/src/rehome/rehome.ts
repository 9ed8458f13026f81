import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { defineRejection } from '../declaring/rejection.js';
import { region, walletId } from '../fields/fields.js';
import { changed } from '../wallet.js';

/** Written in the region that the wallet leaves, so that a concurrent append there fails on its primary key. */
export const WalletRehomed = defineEvent('WalletRehomed', {
  fields: { homeRegion: region },
  evolve: (wallet, { homeRegion }) => changed(wallet, { homeRegion }),
  home: ({ homeRegion }) => homeRegion,
  postings: () => [],
  statement: () => undefined,
  violation: () => undefined,
});
export type WalletRehomed = EventOf<typeof WalletRehomed>;

export const sameRegion = defineRejection('same_region', {
  kind: 'refused',
  title: 'The wallet lives in that region already',
  meaning: 'The wallet is to move to the region where it is.',
  remedy: 'Nothing is left to do.',
})<{ walletId: string; homeRegion: string }>();

export const rehome = defineCommand('Rehome', {
  http: {
    path: 'v1/wallets/:walletId/rehome',
    tag: 'Wallets',
    operationId: 'rehomeWallet',
    summary: 'Move a wallet to another region',
    description:
      'One event, in the region that it leaves. Its history stays readable, and its idempotency keys go with it.',
    done: 'The next event is written in the new region.',
  },
  fields: { walletId, homeRegion: region },
  rejects: [sameRegion],
  home: ({ homeRegion }) => homeRegion,
  alone: true,
  decide({ walletId, homeRegion }, { wallet }) {
    if (homeRegion === wallet.homeRegion) return reject(sameRegion, { walletId, homeRegion });
    return accept({ walletId, event: WalletRehomed({ homeRegion }) });
  },
});
