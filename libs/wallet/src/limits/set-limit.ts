import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { count, flag, limitName, literal, money, timeZone, walletId } from '../fields/fields.js';
import { amountNotPositive } from '../rejections.js';
import { counted } from '../wallet.js';
import { limits, LIMITS_MAX, withLimit, withoutLimit, type LimitRule } from './limits-part.js';

const rule = {
  per: literal('movement', 'balance', 'day', 'week', 'month'),
  direction: optional(literal('in', 'out')),
  kind: optional(literal('deposit', 'withdrawal', 'transfer', 'hold')),
  rolling: flag,
  zone: optional(timeZone),
  amount: optional(money),
  count: optional(count),
};

export const LimitSet = defineEvent('LimitSet', {
  fields: { name: limitName, ...rule },
  evolve: (wallet, { name, ...event }) =>
    counted(limits.put(wallet, withLimit(limits.of(wallet), name, ruleOf(event)))),
  postings: () => [],
  statement: () => undefined,
  violation: () => undefined,
});
export type LimitSet = EventOf<typeof LimitSet>;

export const LimitRemoved = defineEvent('LimitRemoved', {
  fields: { name: limitName },
  evolve: (wallet, { name }) => counted(limits.put(wallet, withoutLimit(limits.of(wallet), name))),
  postings: () => [],
  statement: () => undefined,
  violation: () => undefined,
});
export type LimitRemoved = EventOf<typeof LimitRemoved>;

export const limitInvalid = defineRejection('limit_invalid', {
  kind: 'refused',
  title: 'The limit says nothing that can be kept',
  meaning: 'The properties of the limit do not go together. `details` says which rule they break.',
  remedy: 'Send the limit with the properties that its `per` takes, under a new key.',
})<{ walletId: string; limit: string; reason: string }>();

export const tooManyLimits = defineRejection('too_many_limits', {
  kind: 'refused',
  title: 'The wallet has too many limits',
  meaning: 'A wallet has a bounded number of limits. `details` has the bound.',
  remedy: 'Remove one first, or change one by its name.',
})<{ walletId: string; limitsMax: number }>();

export const limitNotFound = defineRejection('limit_not_found', {
  kind: 'not_found',
  title: 'The wallet has no limit of that name',
  meaning: 'The limit was removed, or never set.',
  remedy: 'Read the limits of the wallet.',
})<{ walletId: string; limit: string }>();

export const setLimit = defineCommand('SetLimit', {
  http: {
    path: 'v1/wallets/:walletId/limits/:name',
    tag: 'Movements',
    operationId: 'setLimit',
    summary: 'Set or change a limit',
    description:
      'A limit has a name. `per: movement` bounds the amount of one movement; `per: balance` bounds the balance, pending deposits included; ' +
      '`per: day`, `week` and `month` bound the sum of amounts, the number of movements (`count`), or both, in the calendar of a time ' +
      'zone (`zone`, else UTC; weeks begin on Monday) or, with `rolling`, in the last 24 hours, 7 days or 30 days. `direction` and ' +
      '`kind` say which movements it counts. What failed, expired or was voided stays counted.',
    done: 'The limit holds from now on.',
  },
  fields: { walletId, name: limitName, ...rule },
  rejects: [limitInvalid, amountNotPositive, tooManyLimits],
  decide({ walletId, name, ...command }, { wallet }) {
    const limit = ruleOf(command);
    const reason = faultOf(limit);
    if (reason !== undefined) return reject(limitInvalid, { walletId, limit: name, reason });
    if (limit.amount && !limit.amount.isPositive()) return reject(amountNotPositive, { amount: limit.amount });
    const all = limits.of(wallet);
    if (!all.has(name) && all.size >= LIMITS_MAX) return reject(tooManyLimits, { walletId, limitsMax: LIMITS_MAX });
    return accept({ walletId, event: LimitSet({ name, ...limit } as Omit<LimitSet, 'type'>) });
  },
});

export const removeLimit = defineCommand('RemoveLimit', {
  http: {
    path: 'v1/wallets/:walletId/limits/:name/remove',
    tag: 'Movements',
    operationId: 'removeLimit',
    summary: 'Remove a limit',
    done: 'The limit is gone.',
  },
  fields: { walletId, name: limitName },
  rejects: [limitNotFound],
  decide({ walletId, name }, { wallet }) {
    if (!limits.of(wallet).has(name)) return reject(limitNotFound, { walletId, limit: name });
    return accept({ walletId, event: LimitRemoved({ name }) });
  },
});

/** The rule alone, without what else a command or an event has. */
function ruleOf({ per, direction, kind, rolling, zone, amount, count }: LimitRule): LimitRule {
  return {
    per,
    ...(direction !== undefined && { direction }),
    ...(kind !== undefined && { kind }),
    ...(rolling && { rolling }),
    ...(zone !== undefined && { zone }),
    ...(amount && { amount }),
    ...(count !== undefined && { count }),
  };
}

function faultOf({ per, direction, kind, rolling, zone, amount, count }: LimitRule): string | undefined {
  if (amount === undefined && count === undefined) return 'a limit has an amount, a count, or both';
  if (rolling && zone !== undefined) return 'a rolling limit has no time zone';
  if (per === 'movement' || per === 'balance') {
    if (amount === undefined || count !== undefined) return `a limit per ${per} has an amount, and no count`;
    if (rolling || zone !== undefined) return `a limit per ${per} has no time`;
  }
  if (per === 'balance' && (direction !== undefined || kind !== undefined))
    return 'a limit per balance has no direction and no kind';
  return undefined;
}
