import type { Money } from '@tidemark/money';
import { z } from 'zod';
import type { CommandBody } from '../declaring/command.js';
import { within } from '../declaring/field-fault.js';
import type { Fields, JsonObject } from '../declaring/field.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { details, flag, money, shapeOf } from '../fields/fields.js';
import { detailsShape, feeScheduleName, walletIdText } from '../fields/input-rules.js';

/** One flush writes a command as a whole; 100 legs are 200 events, which still leaves room for others. */
export const LEGS_MAX = 100;

interface LegBody {
  readonly from: string;
  readonly to: string;
}
interface LegsOf {
  readonly legs: readonly [LegBody & { readonly amount: Money }, ...(LegBody & { readonly amount: Money })[]];
  readonly details: MovementDetails;
  readonly uniqueReference?: true;
  readonly fee?: string;
}

/** The body of a transfer: the fields of one leg, or `legs`. */
export function transferBody(leg: Fields): CommandBody<LegsOf> {
  const shape = {
    ...shapeOf(leg),
    from: walletIdText.meta({ description: 'Who pays.' }),
    to: walletIdText.meta({ description: 'Who receives.' }),
  };
  const ofAll = { ...detailsShape, ...flag.input!.shape('uniqueReference') };
  const legBody = z.strictObject(shape).meta({ id: 'TransferLeg' });
  const legsOf = (body: JsonObject) => ('legs' in body ? (body['legs'] as JsonObject[]) : [body]);
  return {
    schema: z.union([
      z.strictObject({ ...shape, ...ofAll, fee: feeScheduleName.optional() }).meta({ id: 'OneLegTransfer' }),
      z.strictObject({ legs: z.array(legBody).min(1).max(LEGS_MAX), ...ofAll }).meta({
        id: 'MultiLegTransfer',
        description: 'All or none. Each leg is decided on what the one before it left.',
      }),
    ]),
    take: (body, currencyOf) => ({
      legs: legsOf(body).map((one, i) => ({
        from: one['from'] as string,
        to: one['to'] as string,
        amount: within('legs' in body ? `legs.${i}.` : '', () => money.input!.take(one, 'amount', currencyOf)),
      })) as unknown as LegsOf['legs'], // the schema wants one at least
      details: details.input!.take(body, 'details', currencyOf),
      ...(body['uniqueReference'] === true && { uniqueReference: true }),
      ...(body['fee'] !== undefined && { fee: body['fee'] as string }),
    }),
    currencies: (body) => legsOf(body).map((one) => one['currency'] as string),
  };
}
