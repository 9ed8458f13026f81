import type { Money } from '@tidemark/money';
import { z } from 'zod';
import { within } from '../declaring/field-fault.js';
import type { FieldInput, JsonObject } from '../declaring/field.js';
import { money } from './fields.js';
import { amountText, currencyCode } from './input-rules.js';

/** As long as the versions that `If-Match` can name. */
const VERSION_MAX = 999_999_999_999_999;

const floor = z
  .strictObject({ amount: amountText, currency: currencyCode })
  .meta({ id: 'AvailableAtLeast', description: 'Accept the command only while the wallet has this much available.' });

const availableAtLeast: FieldInput<Money | undefined> = {
  shape: (name) => ({ [name]: floor.optional() }),
  take: (body, name, currencyOf) => {
    const given = body[name] as JsonObject | undefined;
    return given && within(`${name}.`, () => money.input!.take(given, 'amount', currencyOf));
  },
  currencies: ({ availableAtLeast: given }) => (given ? [(given as JsonObject)['currency'] as string] : []),
};

const expectedVersion: FieldInput<number | undefined> = {
  shape: (name) => ({
    [name]: z.number().int().min(1).max(VERSION_MAX).optional().meta({
      description: 'Accept the command only while the wallet is at this version.',
      example: 17,
    }),
  }),
  take: (body, name) => body[name] as number | undefined,
};

/**
 * What a caller may ask of the wallet that a command is sent to, beside the command's fields: how a request body has it. The
 * properties of a command have the same names (`Conditional`).
 */
export const CONDITIONS = { availableAtLeast, expectedVersion } as const;
