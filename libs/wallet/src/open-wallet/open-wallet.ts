import { defineCommand, type CommandOf } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { defineRejection } from '../declaring/rejection.js';
import { optional } from '../declaring/field.js';
import { definePart } from '../declaring/part.js';
import { metadata, region, walletClass as className, walletId } from '../fields/fields.js';
import { CLASS_CHARACTERS_MAX } from '../fields/input-rules.js';
import { changed } from '../wallet.js';

/** What the wallet is for, in the words of the business: `customer`, `merchant`, `fees`. Undefined for a wallet without a class. */
export const walletClass = definePart<string | undefined>('class', {
  initial: undefined,
  charactersMax: CLASS_CHARACTERS_MAX + 2,
  encode: (name) => name,
  decode: (json: never) => json,
});

export const WalletOpened = defineEvent('WalletOpened', {
  fields: { homeRegion: region, metadata, class: optional(className) },
  opens: true,
  evolve: (wallet, { homeRegion, class: name }) =>
    walletClass.put(changed(wallet, { status: 'open', homeRegion }), name),
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
  fields: { walletId, homeRegion: region, metadata, class: optional(className) },
  derives: { walletId: { kind: 'wallet', prefix: 'w' } },
  rejects: [walletAlreadyOpen],
  opens: true,
  defaultRegion: 'homeRegion',
  home: ({ homeRegion }) => homeRegion,
  decide({ walletId, homeRegion, metadata, class: name }, { wallet }) {
    if (wallet.status !== 'absent') return reject(walletAlreadyOpen, { walletId });
    return accept({
      walletId,
      event: WalletOpened({ homeRegion, metadata, ...(name !== undefined && { class: name }) }),
    });
  },
});
export type OpenWallet = CommandOf<typeof openWallet>;
