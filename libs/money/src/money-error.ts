/** Stable codes: callers and API clients branch on them, so none is ever renamed. */
export type MoneyErrorCode =
  | 'not_a_string'
  | 'malformed_amount'
  | 'negative_zero'
  | 'too_many_fraction_digits'
  | 'too_many_digits'
  | 'currency_mismatch'
  | 'malformed_currency'
  | 'malformed_ratio'
  | 'unknown_currency';

/** Messages show at most this much of an input: they go to logs and problem details, and the input may be megabytes. */
const QUOTED_CHARACTERS_MAX = 40;

/** The only error that libs/money throws on purpose. The message names the offending input and the rule it breaks. */
export class MoneyError extends Error {
  override readonly name = 'MoneyError';

  constructor(
    readonly code: MoneyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Prints an untrusted value as one short line for an error message.
 * @returns a string as JSON (control characters and lone surrogates escaped), cut to 40 characters. Other values are
 *   shown by their type. Numbers and booleans also show their value: printing an object could run a `toString` that throws
 */
export function quote(input: unknown): string {
  if (typeof input === 'string') {
    return input.length > QUOTED_CHARACTERS_MAX
      ? `${JSON.stringify(input.slice(0, QUOTED_CHARACTERS_MAX))}…`
      : JSON.stringify(input);
  }
  if (input === null || input === undefined) return String(input);
  switch (typeof input) {
    case 'number':
    case 'boolean':
      return `the ${typeof input} ${String(input)}`;
    default:
      return `a value of type ${typeof input}`;
  }
}
