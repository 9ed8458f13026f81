import { Money } from '@tidemark/money';
import { z } from 'zod';
import { faultsAt } from '../declaring/field-fault.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import type { AnyField, Field, OptionalField, FieldInput, Fields, JsonObject, Values } from '../declaring/field.js';
import {
  amountText,
  classText,
  countNumber,
  currencyCode,
  detailsShape,
  feeScheduleName,
  idText,
  instantText,
  limitNameText,
  metadataChanges,
  metadataPairs,
  outsideAccountName,
  REASON_CHARACTERS_MAX,
  regionName,
  textOf,
  timeZoneText,
  walletIdText,
} from './input-rules.js';

// The kinds of values that events and commands are made of.

/** A text that the log keeps as it is. */
function plain(kind: string, schema?: z.ZodType): Field<string> {
  return {
    kind,
    optional: false,
    write: (data, name, value) => void (data[name] = value),
    read: (data, name) => data[name] as string,
    tell: (said, name, value) => void (said[name] = value),
    ...(schema && { input: { shape: (name) => ({ [name]: schema }), take: (body, name) => body[name] as string } }),
  };
}

/** The id of a wallet. */
export const walletId = plain('walletId', walletIdText);
/** An id that this service derives: `mv_…`, `tr_…`. */
export const id = plain('id', idText);
/** The name of a home region. */
export const region = plain('region', regionName);

/**
 * An amount of money. The log keeps the canonical text under the field's name and the code under `currency`, so an event has
 * one currency.
 *
 * @param bodyKey under which a request body has the amount, where it is not the field's name
 */
export function moneyIn(bodyKey?: string, schema: z.ZodType = amountText): Field<Money> {
  return {
    kind: 'money',
    optional: false,
    write: (data, name, value) => {
      data[name] = value.toString();
      data['currency'] = value.currency.code;
    },
    read: (data, name) => Money.fromCanonical(data[name] as string, data['currency'] as string),
    tell: (said, name, value) => void (said[name] = [value.toString(), value.currency.code]),
    input: {
      shape: (name) => ({ [bodyKey ?? name]: schema, currency: currencyCode }),
      take: (body, name, currencyOf) => {
        const key = bodyKey ?? name;
        return faultsAt(
          ({ code }) => (OF_CURRENCY.has(code) ? 'currency' : key),
          () => Money.of(body[key] as string, currencyOf(body['currency'] as string)),
        );
      },
      currencies: (body) => [body['currency'] as string],
    },
  };
}

/** What is wrong with the code, not with the amount. */
const OF_CURRENCY: ReadonlySet<string> = new Set(['unknown_currency', 'malformed_currency']);

export const money = moneyIn();

/** The name of a fee schedule. */
export const feeName = plain('feeName', feeScheduleName);

/** An amount in the currency of the event's money, which only this code computes: canonical text, such as `10.00`. */
export const decimal = plain('decimal');

/** One of some texts. */
export function literal<const T extends string>(...values: readonly T[]): Field<T> {
  return { ...(plain('literal', z.enum(values)) as Field<string> as unknown as Field<T>), values };
}

/** The name of an account of the outside. Whoever takes it from a caller makes sure that it is defined. */
export const outsideAccount: Field<string> = {
  ...plain('outsideAccount'),
  input: {
    shape: (name) => ({ [name]: outsideAccountName }),
    take: (body, name) => body[name] as string,
    outsideAccount: (body, name) => body[name] as string | undefined,
  },
};

/** One end of a leg of a transfer: a wallet by its id, or the outside: an account by its name, or `world`. */
export type Party = string | { readonly outside: string };

/** It is read by the body of the command, which knows its two ends. */
export const party: Field<Party> = {
  kind: 'party',
  optional: false,
  write: (data, name, value) => void (data[name] = value),
  read: (data, name) => data[name] as Party,
  tell: (said, name, value) => void (said[name] = value),
};

/** A value that is told under its name, so that it cannot be taken for another one of a list. Nothing where it is empty. */
export function named<T>(field: Field<T>): Field<T> {
  return {
    ...field,
    tell: (said, name, value) => {
      const inner: JsonObject = {};
      field.tell(inner, name, value);
      if (Object.keys(inner).length > 0) said[name] = inner;
    },
  };
}

/** An instant: ISO 8601 in UTC, with milliseconds, whatever the offset of the input was. */
export const instant = plain('instant', instantText);

/** What a wallet is for. */
export const walletClass = plain('class', classText);

/** The name that a caller gives to a limit. */
export const limitName = plain('name', limitNameText);

/** A time zone of the IANA database. */
export const timeZone = plain('timeZone', timeZoneText);

/** How many: a whole number from 1. */
export const count: Field<number> = {
  kind: 'count',
  optional: false,
  write: (data, name, value) => void (data[name] = value),
  read: (data, name) => data[name] as number,
  tell: (said, name, value) => void (said[name] = value),
  input: { shape: (name) => ({ [name]: countNumber }), take: (body, name) => body[name] as number },
};

/** Why something was done, for people. */
export const reason = plain(
  'text',
  textOf(REASON_CHARACTERS_MAX)
    .min(1)
    .meta({ description: 'Why, for people.', example: 'chargeback under investigation' }),
);

/** True, or left out. */
export const flag: OptionalField<true> = {
  kind: 'flag',
  optional: true,
  write: (data, name, value) => {
    if (value) data[name] = true;
  },
  read: (data, name) => (data[name] === true ? true : undefined),
  tell: (said, name, value) => {
    if (value) said[name] = true;
  },
  input: {
    shape: (name) => ({ [name]: z.boolean().optional() }),
    take: (body, name) => (body[name] === true ? true : undefined),
  },
};

/** Changes of pairs of strings: a new value, or null for a key that goes (RFC 7396, JSON merge patch). */
export const metadataPatch: Field<Readonly<Record<string, string | null>>> = {
  kind: 'metadataPatch',
  optional: false,
  write: (data, name, value) => void (data[name] = value),
  read: (data, name) => data[name] as Record<string, string | null>,
  tell: (said, name, value) => void (said[name] = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  input: {
    shape: (name) => ({ [name]: metadataChanges }),
    take: (body, name) => body[name] as Record<string, string | null>,
  },
};

/** Pairs of strings. */
export const metadata: Field<Readonly<Record<string, string>>> = {
  kind: 'metadata',
  optional: false,
  write: (data, name, value) => void (data[name] = value),
  read: (data, name) => data[name] as Record<string, string>,
  tell: (said, name, value) => void (said[name] = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  input: {
    shape: (name) => ({ [name]: metadataPairs.optional() }),
    take: (body, name) => (body[name] ?? {}) as Record<string, string>,
  },
};

/** `reference`, `description` and `effectiveAt`, each under its own key. */
export const details: Field<MovementDetails> = {
  kind: 'details',
  optional: false,
  write: (data, _, { reference, description, effectiveAt }) => {
    if (reference !== undefined) data['reference'] = reference;
    if (description !== undefined) data['description'] = description;
    if (effectiveAt !== undefined) data['effectiveAt'] = effectiveAt;
  },
  read: (data) => detailsIn(data),
  tell: (said, name, value) => details.write(said, name, value),
  input: { shape: () => detailsShape, take: (body) => detailsIn(body) },
};

function detailsIn({ reference, description, effectiveAt }: JsonObject): MovementDetails {
  return {
    ...(reference !== undefined && { reference: reference as string }),
    ...(description !== undefined && { description: description as string }),
    ...(effectiveAt !== undefined && { effectiveAt: effectiveAt as string }),
  };
}

/** Several records of the same fields, at least one. The request hash has each as a list of its values. */
export function list<const F extends Fields>(of: F): Field<readonly [Values<F>, ...Values<F>[]]> {
  const entries = Object.entries(of) as [string, AnyField][];
  const each = (value: Values<F>, act: 'write' | 'tell') => {
    const record: JsonObject = {};
    for (const [name, field] of entries) field[act](record, name, value[name as keyof Values<F>]);
    return record;
  };
  return {
    kind: 'list',
    optional: false,
    of,
    write: (data, name, values) => void (data[name] = values.map((value) => each(value, 'write'))),
    read: (data, name) =>
      (data[name] as JsonObject[]).map((record) =>
        Object.fromEntries(entries.map(([key, field]) => [key, field.read(record, key)])),
      ) as unknown as readonly [Values<F>, ...Values<F>[]],
    tell: (said, name, values) => void (said[name] = values.map((value) => Object.values(each(value, 'tell')).flat())),
  };
}

/** The keys and schemas of a request body that some fields are read from. */
export function shapeOf(fields: Fields): Record<string, z.ZodType> {
  return Object.assign({}, ...inputsOf(fields).map(([name, input]) => input.shape(name))) as Record<string, z.ZodType>;
}

/** The fields that a caller gives, with how they stand in a body. */
export function inputsOf(fields: Fields): readonly (readonly [name: string, FieldInput<unknown>])[] {
  return Object.entries(fields).flatMap(([name, { input }]) => (input ? [[name, input] as const] : []));
}
