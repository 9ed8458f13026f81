import { Money } from '@tidemark/money';
import { moved } from '../accounts.js';
import { defineCommand } from '../declaring/command.js';
import { accept, reject, type AddressedEvent } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { decimal, id, money, reason, walletId } from '../fields/fields.js';
import { MONEY_IN_REJECTIONS, sameWallet, walletClosed, walletFrozen, walletNotFound } from '../rejections.js';
import { refuseWithoutRoom } from '../room.js';
import { balanceOf, withBalance, type Balance, type Wallet } from '../wallet.js';
import { walletBusy, WalletClosed } from './close.js';
import { closedDetails, life } from './life-part.js';

/** All of one currency goes to the successor: a balance, or a debt, which is a negative amount. */
export const BalanceGivenUp = defineEvent('BalanceGivenUp', {
  fields: { mergeId: id, successor: walletId, amount: money },
  evolve: (wallet, { amount }) => withBalance(wallet, withoutLimit(wallet, amount)),
  postings: ({ amount }, walletId) => (amount.isZero() ? [] : moved('transfers', walletId, amount.negated())),
  statement: ({ mergeId, successor, amount }) =>
    amount.isZero()
      ? undefined
      : { movementId: mergeId, amount: amount.negated(), counterparty: successor, details: {} },
  violation: ({ amount }, after) => {
    const left = after && balanceOf(after, amount.currency).posted;
    return left && !left.isZero() ? `${left} ${left.currency.code} was left behind` : undefined;
  },
  counterpart: ({ mergeId, successor }) => ({ walletId: successor, id: mergeId, half: 'sent' }),
});
export type BalanceGivenUp = EventOf<typeof BalanceGivenUp>;

/** What the successor gets of one currency, with the overdraft limit that it has from then on. */
export const BalanceTakenOver = defineEvent('BalanceTakenOver', {
  fields: { mergeId: id, from: walletId, amount: money, overdraftLimit: decimal },
  evolve: (wallet, { amount, overdraftLimit }) =>
    withBalance(wallet, {
      posted: balanceOf(wallet, amount.currency).posted.plus(amount),
      overdraftLimit: Money.fromCanonical(overdraftLimit, amount.currency.code),
    }),
  postings: ({ amount }, walletId) => (amount.isZero() ? [] : moved('transfers', walletId, amount)),
  statement: ({ mergeId, from, amount }) =>
    amount.isZero() ? undefined : { movementId: mergeId, amount, counterparty: from, details: {} },
  violation: ({ overdraftLimit }) =>
    overdraftLimit.startsWith('-') ? `the overdraft limit is negative: ${overdraftLimit}` : undefined,
  counterpart: ({ mergeId, from }) => ({ walletId: from, id: mergeId, half: 'received' }),
  scope: ({ from }) => from,
});
export type BalanceTakenOver = EventOf<typeof BalanceTakenOver>;

function withoutLimit(wallet: Wallet, amount: Money): Balance {
  const { currency } = amount;
  return { posted: balanceOf(wallet, currency).posted.minus(amount), overdraftLimit: Money.zero(currency) };
}

export const merge = defineCommand('Merge', {
  http: {
    path: 'v1/wallets/:walletId/merge',
    tag: 'Wallets',
    operationId: 'mergeWallet',
    summary: 'Merge a wallet into another',
    description:
      'All balances, debts and overdraft limits go to the wallet `into`, and the wallet is closed. Limits of the same currency ' +
      'are added. Later commands to the closed wallet are refused with the name of its successor.',
    done: 'The wallet is closed, and its successor has its money.',
  },
  fields: { walletId, into: walletId, reason: optional(reason) },
  derives: { mergeId: { kind: 'merge', prefix: 'mg' } },
  rejects: [sameWallet, walletNotFound, walletBusy, ...MONEY_IN_REJECTIONS],
  wallets: ({ walletId, into }) => (into === walletId ? [walletId] : [walletId, into]),
  decide({ walletId, into, mergeId, reason }, { wallet, walletOf, openParts, refuse, after }) {
    if (into === walletId) return reject(sameWallet, { walletId });
    let successor = walletOf(into);
    if (successor.status === 'absent') return reject(walletNotFound, { walletId: into });
    if (successor.status === 'closed') return reject(walletClosed, closedDetails(into, successor));
    const open = openParts(wallet);
    if (open.length > 0) return reject(walletBusy, { walletId, open });
    for (const [id, { frozen }] of [[walletId, life.of(wallet)] as const, [into, life.of(successor)] as const]) {
      if (frozen.length > 0) return reject(walletFrozen, { walletId: id, frozen });
    }
    const events: AddressedEvent[] = [];
    for (const { posted: amount, overdraftLimit } of Object.values(wallet.balances)) {
      if (amount.isZero() && overdraftLimit.isZero()) continue;
      const refused = amount.isPositive()
        ? refuse({ walletId: into, wallet: successor, direction: 'in', amount, kind: 'merge' })
        : refuseWithoutRoom(amount.currency, into, successor); // a debt is taken over whatever the funds are
      if (refused) return refused;
      const limit = balanceOf(successor, amount.currency).overdraftLimit.plus(overdraftLimit);
      const taken = BalanceTakenOver({ mergeId, from: walletId, amount, overdraftLimit: limit.toString() });
      successor = after(successor, taken);
      events.push(
        { walletId, event: BalanceGivenUp({ mergeId, successor: into, amount }) },
        { walletId: into, event: taken },
      );
    }
    const closed = WalletClosed({ successor: into, ...(reason !== undefined && { reason }) });
    return accept(...events, { walletId, event: closed });
  },
});
