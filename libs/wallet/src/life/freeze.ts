import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { literal, reason, walletId } from '../fields/fields.js';
import { counted } from '../wallet.js';
import type { FrozenDirection } from '../rejections.js';
import { life, withFrozen } from './life-part.js';

const direction = literal('debits', 'credits', 'both');
const fields = { direction, reason: optional(reason) };
const directionsOf = (of: 'debits' | 'credits' | 'both'): readonly FrozenDirection[] =>
  of === 'both' ? ['debits', 'credits'] : [of];

export const WalletFrozen = defineEvent('WalletFrozen', {
  fields,
  evolve: (wallet, { direction }) =>
    counted(withFrozen(wallet, [...new Set([...life.of(wallet).frozen, ...directionsOf(direction)])])),
  postings: () => [],
  statement: () => undefined,
  violation: () => undefined,
});
export type WalletFrozen = EventOf<typeof WalletFrozen>;

export const WalletUnfrozen = defineEvent('WalletUnfrozen', {
  fields,
  evolve: (wallet, { direction }) =>
    counted(
      withFrozen(
        wallet,
        life.of(wallet).frozen.filter((one) => !directionsOf(direction).includes(one)),
      ),
    ),
  postings: () => [],
  statement: () => undefined,
  violation: () => undefined,
});
export type WalletUnfrozen = EventOf<typeof WalletUnfrozen>;

export const alreadyFrozen = defineRejection('already_frozen', {
  kind: 'conflict',
  title: 'The wallet is frozen in that direction already',
  meaning: 'The wallet is frozen in each direction that the request names.',
  remedy: 'Nothing is to be done.',
})<{ walletId: string; frozen: readonly FrozenDirection[] }>();

export const notFrozen = defineRejection('not_frozen', {
  kind: 'conflict',
  title: 'The wallet is not frozen in that direction',
  meaning: 'The wallet is frozen in none of the directions that the request names.',
  remedy: 'Nothing is to be done.',
})<{ walletId: string; frozen: readonly FrozenDirection[] }>();

/** Stops money going out (debits), coming in (credits), or both. */
export const freeze = defineCommand('Freeze', {
  http: {
    path: 'v1/wallets/:walletId/freeze',
    tag: 'Wallets',
    operationId: 'freezeWallet',
    summary: 'Freeze a wallet',
    description: 'Stops debits, credits or both. Open holds stay; voiding and expiring go on.',
    done: 'The wallet is frozen.',
  },
  fields: { walletId, ...fields },
  rejects: [alreadyFrozen],
  decide({ walletId, direction, reason }, { wallet }) {
    const { frozen } = life.of(wallet);
    if (directionsOf(direction).every((one) => frozen.includes(one)))
      return reject(alreadyFrozen, { walletId, frozen });
    return accept({ walletId, event: WalletFrozen({ direction, ...(reason !== undefined && { reason }) }) });
  },
});

export const unfreeze = defineCommand('Unfreeze', {
  http: {
    path: 'v1/wallets/:walletId/unfreeze',
    tag: 'Wallets',
    operationId: 'unfreezeWallet',
    summary: 'Unfreeze a wallet',
    done: 'Money moves again in that direction.',
  },
  fields: { walletId, ...fields },
  rejects: [notFrozen],
  decide({ walletId, direction, reason }, { wallet }) {
    const { frozen } = life.of(wallet);
    if (!directionsOf(direction).some((one) => frozen.includes(one))) return reject(notFrozen, { walletId, frozen });
    return accept({ walletId, event: WalletUnfrozen({ direction, ...(reason !== undefined && { reason }) }) });
  },
});
