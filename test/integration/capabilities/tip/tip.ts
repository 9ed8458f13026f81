import { Money } from '@tidemark/money';
import { moved } from '../../../../libs/wallet/src/accounts.js';
import { defineCommand } from '../../../../libs/wallet/src/declaring/command.js';
import { accept, reject } from '../../../../libs/wallet/src/declaring/decision.js';
import { defineEvent } from '../../../../libs/wallet/src/declaring/event.js';
import { definePart } from '../../../../libs/wallet/src/declaring/part.js';
import { defineRejection } from '../../../../libs/wallet/src/declaring/rejection.js';
import { details, id, literal, money, walletId } from '../../../../libs/wallet/src/fields/fields.js';
import { MONEY_OUT_REJECTIONS } from '../../../../libs/wallet/src/rejections.js';
import { overspent } from '../../../../libs/wallet/src/violations.js';
import { post } from '../../../../libs/wallet/src/wallet.js';

// A capability that does not exist. It proves that a capability needs only a folder and one line in the list.

/** Its part of the state is one number. */
export const TIPS_MAX = 2;

/** How many tips a wallet has given. */
export const tips = definePart<number>('tips', {
  initial: 0,
  charactersMax: 1,
  encode: (given) => given,
  decode: (json) => json,
});

export const TipGiven = defineEvent('TipGiven', {
  fields: { tipId: id, for: literal('kitchen', 'service'), amount: money, details },
  evolve: (wallet, { amount }) => tips.put(post(wallet, amount.negated()), tips.of(wallet) + 1),
  postings: ({ amount }, walletId) => moved('world', walletId, amount.negated()),
  statement: ({ tipId, amount, details }) => ({ movementId: tipId, amount: amount.negated(), details }),
  violation: ({ amount }, after) => overspent('TipGiven', amount, after),
  uses: ({ amount }) => ({ amount, direction: 'out', kind: 'tip' }),
});

export const tipTooSmall = defineRejection('tip_too_small', {
  kind: 'refused',
  title: 'The tip is too small',
  meaning: 'A tip is one whole unit of its currency at least.',
  remedy: 'Give more under a new key.',
})<{ walletId: string; least: Money }>();

export const tooManyTips = defineRejection('too_many_tips', {
  kind: 'refused',
  title: 'The wallet has given enough',
  meaning: 'A wallet gives a bounded number of tips. `details` has the limit.',
  remedy: 'Nothing is to be done.',
})<{ walletId: string; tipsMax: number }>();

export const giveTip = defineCommand('GiveTip', {
  http: {
    path: 'v1/wallets/:walletId/tips',
    tag: 'Movements',
    operationId: 'giveTip',
    summary: 'Give a tip',
    done: 'The tip is given.',
  },
  fields: { walletId, for: literal('kitchen', 'service'), amount: money, details },
  derives: { tipId: { kind: 'tip', prefix: 'tip' } },
  rejects: [tipTooSmall, tooManyTips, ...MONEY_OUT_REJECTIONS],
  decide({ walletId, tipId, amount, details, for: whom }, { wallet, refuse }) {
    const least = Money.of('1', amount.currency);
    if (amount.lessThan(least)) return reject(tipTooSmall, { walletId, least });
    if (tips.of(wallet) >= TIPS_MAX) return reject(tooManyTips, { walletId, tipsMax: TIPS_MAX });
    return (
      refuse({ walletId, wallet, direction: 'out', amount, kind: 'tip' }) ??
      accept({ walletId, event: TipGiven({ tipId, for: whom, amount, details }) })
    );
  },
});
