import type { Money } from '@tidemark/money';
import { z } from 'zod';
import type { CommandBody } from '../declaring/command.js';
import { within } from '../declaring/field-fault.js';
import type { JsonObject } from '../declaring/field.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { details, flag, money, shapeOf, type Party } from '../fields/fields.js';
import { detailsShape, feeScheduleName, outsideAccountName, walletIdText } from '../fields/input-rules.js';

/** One flush writes a command as a whole; 100 legs are 200 events, which still leaves room for others. */
export const LEGS_MAX = 100;

/** The outside without a name. */
export const WORLD = 'world';

interface Leg {
  readonly from: Party;
  readonly to: Party;
  readonly amount: Money;
  readonly details?: MovementDetails;
}

interface LegsOf {
  readonly legs: readonly [Leg, ...Leg[]];
  readonly details: MovementDetails;
  readonly uniqueReference?: true;
  readonly fee?: string;
}

/** The keys of the two ends of a leg: a wallet or an account of the outside. */
const ENDS = [
  ['from', 'source'],
  ['to', 'destination'],
] as const;

const from = walletIdText.meta({ description: 'Who pays.' });
const to = walletIdText.meta({ description: 'Who receives.' });
const outside = z.union([z.literal(WORLD), outsideAccountName]);

const legBody = z
  .strictObject({
    ...shapeOf({ amount: money }),
    from: from.optional(),
    source: outside.optional().meta({ description: 'Instead of `from`: money from outside, a deposit.' }),
    to: to.optional(),
    destination: outside.optional().meta({ description: 'Instead of `to`: money that leaves, a withdrawal.' }),
    ...detailsShape,
  })
  .superRefine((leg, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message, input: leg });
    for (const [wallet, account] of ENDS) {
      if (leg[wallet] === undefined && leg[account] === undefined) {
        wrong(wallet, `is missing: name a wallet, or the outside as "${account}"`);
      } else if (leg[wallet] !== undefined && leg[account] !== undefined) {
        wrong(account, `must be left out beside "${wallet}"`);
      }
    }
    if (leg.source !== undefined && leg.destination !== undefined) {
      wrong('destination', 'must be left out beside "source": one end of a leg is a wallet');
    }
  })
  .meta({ id: 'TransferLeg', description: 'Its details come before those of the transfer.' });

/** A reversal goes back to the account that the money came from. So a wallet has one of them in each currency. */
function refuseTwoAccounts(legs: readonly z.infer<typeof legBody>[], context: z.RefinementCtx): void {
  const accounts = new Map<string, string>();
  for (const [i, leg] of legs.entries()) {
    const account = leg.source ?? leg.destination;
    if (account === undefined) continue;
    const key = `${leg.from ?? leg.to} ${String((leg as JsonObject)['currency'])}`;
    if ((accounts.get(key) ?? account) !== account) {
      const message = `must be ${accounts.get(key)}, as in an earlier leg of this wallet and currency`;
      context.addIssue({ code: 'custom', path: [i, leg.source === undefined ? 'destination' : 'source'], message });
    }
    accounts.set(key, account);
  }
}

/** The reference is kept with the sending wallet of the first leg. */
function refuseOutsideFirst(
  body: { readonly legs: readonly z.infer<typeof legBody>[]; readonly uniqueReference?: unknown },
  context: z.RefinementCtx,
): void {
  const [first] = body.legs;
  if (body.uniqueReference !== true || (first?.from !== undefined && first.to !== undefined)) return;
  const message = 'must be left out where the first leg is from or to the outside';
  context.addIssue({ code: 'custom', path: ['uniqueReference'], message, input: body });
}

/** The body of a transfer: the fields of one leg, or `legs`. */
export function transferBody(): CommandBody<LegsOf> {
  const ofAll = { ...detailsShape, ...flag.input!.shape('uniqueReference') };
  const legsOf = (body: JsonObject) => ('legs' in body ? (body['legs'] as JsonObject[]) : [body]);
  return {
    schema: z.union([
      z
        .strictObject({ ...shapeOf({ amount: money }), from, to, ...ofAll, fee: feeScheduleName.optional() })
        .meta({ id: 'OneLegTransfer' }),
      z
        .strictObject({ legs: z.array(legBody).min(1).max(LEGS_MAX).superRefine(refuseTwoAccounts), ...ofAll })
        .superRefine(refuseOutsideFirst)
        .meta({
          id: 'MultiLegTransfer',
          description: 'All or none. Each leg is decided on what the one before it left.',
        }),
    ]),
    take: (body, currencyOf) => ({
      legs: legsOf(body).map((one, i) => {
        const several = 'legs' in body;
        const own = several ? details.input!.take(one, 'details', currencyOf) : {};
        return {
          from: partyOf(one, 'from', 'source'),
          to: partyOf(one, 'to', 'destination'),
          amount: within(several ? `legs.${i}.` : '', () => money.input!.take(one, 'amount', currencyOf)),
          ...(Object.keys(own).length > 0 && { details: own }),
        };
      }) as unknown as LegsOf['legs'], // the schema wants one at least
      details: details.input!.take(body, 'details', currencyOf),
      ...(body['uniqueReference'] === true && { uniqueReference: true }),
      ...(body['fee'] !== undefined && { fee: body['fee'] as string }),
    }),
    currencies: (body) => legsOf(body).map((one) => one['currency'] as string),
    outsideAccounts: (body) =>
      legsOf(body).flatMap((one, i) =>
        ENDS.flatMap(([, key]) => {
          const name = one[key] as string | undefined;
          return name === undefined || name === WORLD ? [] : [[`legs.${i}.${key}`, name] as const];
        }),
      ),
  };
}

function partyOf(leg: JsonObject, wallet: string, account: string): Party {
  return (leg[wallet] as string | undefined) ?? { outside: leg[account] as string };
}
