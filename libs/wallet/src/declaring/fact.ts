import type { Fields, JsonObject, Values } from './field.js';

/** Where a fact is found: a wallet, and the fact's name and key as one text, such as `reversed:mv_1`. */
export interface FactAddress {
  readonly walletId: string;
  readonly key: string;
  /** Where no event said anything, the data of the wallet's first event counts. */
  readonly orOpening?: boolean | undefined;
}

/** What an event says about its wallet under a key. JSON, as it is stored. */
export interface FactChange {
  readonly key: string;
  readonly value: string;
}

/**
 * What a wallet has to remember by key, outside of its state. There may be any number of facts, so they are not loaded with the wallet.
 * A command names the facts that it needs. Only an event of the same wallet changes them, so the version of that event guards them:
 * of two processes that change one, the second finds the version taken, reads again and decides again.
 */
export interface Fact<V = unknown> {
  readonly name: string;
  at(walletId: string, key: string): FactAddress;
  /** What an event says. */
  is(key: string, value: V): FactChange;
  decode(stored: string): V;
}

/**
 * Declares a kind of fact.
 *
 * @param name never renamed: stored facts have it
 * @param fields of its value, as for an event
 * @param orOpening the wallet's first event has fields of the same names, and counts until another event says something
 */
export function defineFact<const F extends Fields>(
  name: string,
  fields: F,
  { orOpening }: { readonly orOpening?: true } = {},
): Fact<Values<F>> {
  return {
    name,
    at: (walletId, key) => ({ walletId, key: `${name}:${key}`, ...(orOpening && { orOpening }) }),
    is: (key, value) => {
      const data: JsonObject = {};
      for (const each in fields) fields[each]!.write(data, each, (value as JsonObject)[each]);
      return { key: `${name}:${key}`, value: JSON.stringify(data) };
    },
    decode: (stored) => {
      const data = JSON.parse(stored) as JsonObject;
      const value: JsonObject = {};
      for (const each in fields) {
        const read: unknown = fields[each]!.read(data, each);
        if (read !== undefined) value[each] = read;
      }
      return value as Values<F>;
    },
  };
}
