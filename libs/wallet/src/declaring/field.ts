import type { Currency } from '@tidemark/money';
import type { z } from 'zod';

/** A JSON object while it is being written. */
export type JsonObject = Record<string, unknown>;

/** Finds a currency by its code. @throws MoneyError `unknown_currency` */
export type CurrencyOf = (code: string) => Currency;

/**
 * One kind of value that events and commands are made of. From it follow the form in the log, in the request hash, in the
 * body of an HTTP request, and in generated tests.
 */
export interface Field<T> {
  readonly kind: string;
  /** Whether the property may be left out of the event or command. */
  readonly optional: boolean;
  /** Adds the value to an event's data. The order of keys is part of the log's format. */
  write(data: JsonObject, name: string, value: T): void;
  /** The inverse of `write`. */
  read(data: JsonObject, name: string): T;
  /** Adds what tells two requests apart to the text that is hashed. */
  tell(said: JsonObject, name: string, value: T): void;
  /** How the value stands in a request body; undefined for a value that no caller may give. */
  readonly input?: FieldInput<T>;
  /** What a list or an optional field is made of. */
  readonly of?: Fields | Field<unknown>;
  /** The only values that are allowed, for a literal. */
  readonly values?: readonly string[];
}

/** The part of a request body that a field is read from. */
export interface FieldInput<T> {
  /** The keys of the body and their schemas. */
  shape(name: string): Record<string, z.ZodType>;
  /** Keys of which a body has all or none. Of some only, the value would be another than the caller meant. */
  together?(name: string): readonly string[];
  /** The value in a body that fits the shape. @throws MoneyError */
  take(body: JsonObject, name: string, currencyOf: CurrencyOf): T;
  /** The currency codes that `take` is going to look up. */
  currencies?(body: JsonObject): readonly string[];
  /** The name of an account of the outside in the body, which has to be defined. */
  outsideAccount?(body: JsonObject, name: string): string | undefined;
}

// `any`: a field of any type of value is a field, and `Field<unknown>` would refuse all of them (methods are contravariant).
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyField = Field<any>;
export type Fields = Readonly<Record<string, AnyField>>;

export interface OptionalField<T> extends Field<T | undefined> {
  readonly optional: true;
}

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F];
type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The properties that some fields describe. */
export type Values<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Exclude<ValueOf<F[K]>, undefined>;
};

/** A field that may be left out. */
export function optional<T>(field: Field<T>): OptionalField<T> {
  const { input } = field;
  return {
    kind: 'optional',
    optional: true,
    of: field as Field<unknown>,
    write: (data, name, value) => {
      if (value !== undefined) field.write(data, name, value);
    },
    read: (data, name) => (data[name] === undefined ? undefined : field.read(data, name)),
    tell: (said, name, value) => {
      if (value !== undefined) field.tell(said, name, value);
    },
    ...(input && {
      input: {
        shape: (name) =>
          Object.fromEntries(Object.entries(input.shape(name)).map(([key, schema]) => [key, schema.optional()])),
        together: (name) =>
          Object.entries(input.shape(name)).flatMap(([key, schema]) => (schema.isOptional() ? [] : [key])),
        take: (body, name, currencyOf) => (body[name] === undefined ? undefined : input.take(body, name, currencyOf)),
        ...(input.currencies && { currencies: input.currencies }),
        ...(input.outsideAccount && { outsideAccount: input.outsideAccount }),
      },
    }),
  };
}

/** The same field, closed to callers: only this code sets it. */
export function internal<F extends AnyField>({ input: _, ...field }: F): Omit<F, 'input'> {
  return field;
}
