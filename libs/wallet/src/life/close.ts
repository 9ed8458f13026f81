import type { Money } from '@tidemark/money';
import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { reason, walletId } from '../fields/fields.js';
import { changed, counted } from '../wallet.js';
import { life } from './life-part.js';

export const WalletClosed = defineEvent('WalletClosed', {
  fields: { successor: optional(walletId), reason: optional(reason) },
  evolve: (wallet, { successor }) => {
    const closed = changed(wallet, { status: 'closed' });
    return successor === undefined ? closed : life.put(closed, { ...life.of(wallet), successor });
  },
  postings: () => [],
  statement: () => undefined,
  violation: (_, after) => {
    const left = Object.values(after?.balances ?? {}).find(({ posted }) => !posted.isZero());
    return left && `the wallet was closed with ${left.posted} ${left.posted.currency.code}`;
  },
});
export type WalletClosed = EventOf<typeof WalletClosed>;

export const WalletArchived = defineEvent('WalletArchived', {
  fields: {},
  evolve: (wallet) => counted(life.put(wallet, { ...life.of(wallet), archived: true })),
  postings: () => [],
  statement: () => undefined,
  violation: (_, after) => (after && after.status !== 'closed' ? 'an open wallet was archived' : undefined),
});
export type WalletArchived = EventOf<typeof WalletArchived>;

export const balanceNotZero = defineRejection('balance_not_zero', {
  kind: 'refused',
  title: 'The wallet still holds money, or owes some',
  meaning: 'A wallet is closed only when each of its balances is zero. `details` has one that is not.',
  remedy: 'Bring each balance to zero first, or merge the wallet into another.',
})<{ walletId: string; posted: Money }>();

export const walletBusy = defineRejection('wallet_busy', {
  kind: 'refused',
  title: 'Something is still open in the wallet',
  meaning: 'A wallet is closed only when it has no open hold and no pending movement. `details` says what is open.',
  remedy: 'Capture or void its holds, and settle or fail its pending movements first.',
})<{ walletId: string; open: readonly string[] }>();

export const notClosed = defineRejection('not_closed', {
  kind: 'refused',
  title: 'The wallet is not closed',
  meaning: 'Only a closed wallet is archived.',
  remedy: 'Close the wallet first.',
})<{ walletId: string }>();

export const alreadyArchived = defineRejection('already_archived', {
  kind: 'conflict',
  title: 'The wallet is archived already',
  meaning: 'The wallet was archived before.',
  remedy: 'Nothing is to be done.',
})<{ walletId: string }>();

export const close = defineCommand('Close', {
  http: {
    path: 'v1/wallets/:walletId/close',
    tag: 'Wallets',
    operationId: 'closeWallet',
    summary: 'Close a wallet',
    description:
      'Only at zero in each currency, and with no hold or pending movement open. Its history stays readable.',
    done: 'The wallet takes no more commands.',
  },
  fields: { walletId, reason: optional(reason) },
  rejects: [balanceNotZero, walletBusy],
  decide({ walletId, reason }, { wallet, openParts }) {
    const left = Object.values(wallet.balances).find(({ posted }) => !posted.isZero());
    if (left) return reject(balanceNotZero, { walletId, posted: left.posted });
    const open = openParts(wallet);
    if (open.length > 0) return reject(walletBusy, { walletId, open });
    return accept({ walletId, event: WalletClosed({ ...(reason !== undefined && { reason }) }) });
  },
});

export const archive = defineCommand('Archive', {
  http: {
    path: 'v1/wallets/:walletId/archive',
    tag: 'Wallets',
    operationId: 'archiveWallet',
    summary: 'Archive a closed wallet',
    description: 'Lists leave it out. It can be read by its id, with its whole history.',
    done: 'The wallet is archived.',
  },
  fields: { walletId },
  onClosed: true,
  rejects: [notClosed, alreadyArchived],
  decide({ walletId }, { wallet }) {
    if (wallet.status !== 'closed') return reject(notClosed, { walletId });
    if (life.of(wallet).archived) return reject(alreadyArchived, { walletId });
    return accept({ walletId, event: WalletArchived({}) });
  },
});
