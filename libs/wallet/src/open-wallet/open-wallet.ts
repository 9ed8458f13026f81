import { defineCommand, type CommandOf } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { defineRejection } from '../declaring/rejection.js';
import { metadata, region, walletId } from '../fields/fields.js';
import { changed } from '../wallet.js';

export const WalletOpened = defineEvent('WalletOpened', {
  fields: { homeRegion: region, metadata },
  opens: true,
  evolve: (wallet, { homeRegion }) => changed(wallet, { status: 'open', homeRegion }),
  home: ({ homeRegion }) => homeRegion,
  postings: () => [],
  statement: () => undefined,
  violation: () => undefined,
});
export type WalletOpened = EventOf<typeof WalletOpened>;

export const walletAlreadyOpen = defineRejection('wallet_already_open', {
  kind: 'conflict',
  title: 'The wallet is open already',
  meaning: 'Another request opened a wallet with this id.',
  remedy: 'Use that wallet, or choose another id under a new key.',
})<{ walletId: string }>();

export const openWallet = defineCommand('OpenWallet', {
  http: {
    path: 'v1/wallets',
    tag: 'Wallets',
    operationId: 'openWallet',
    summary: 'Open a wallet',
    description:
      'The caller may choose the id. Without one it follows from the API key and the idempotency key, so that a repeat ' +
      'finds the first wallet. `Location` names the wallet.',
    done: 'The wallet is open.',
  },
  fields: { walletId, homeRegion: region, metadata },
  derives: { walletId: { kind: 'wallet', prefix: 'w' } },
  rejects: [walletAlreadyOpen],
  opens: true,
  defaultRegion: 'homeRegion',
  home: ({ homeRegion }) => homeRegion,
  decide({ walletId, homeRegion, metadata }, { wallet }) {
    if (wallet.status !== 'absent') return reject(walletAlreadyOpen, { walletId });
    return accept({ walletId, event: WalletOpened({ homeRegion, metadata }) });
  },
});
export type OpenWallet = CommandOf<typeof openWallet>;
