import type { MoneyErrorCode } from '@tidemark/money';
import type { ProblemType } from './problem-type.js';

/** Why an amount cannot be read. 400 where it is no amount at all, 422 where it is one that cannot be booked. */
export const MONEY_TYPES = {
  not_a_string: {
    ...{ status: 400, title: 'An amount is a string' },
    meaning: 'An amount is a JSON number or something else that is not a string.',
    remedy: 'Put the amount in quotes: `"10.00"`.',
  },
  malformed_amount: {
    ...{ status: 400, title: 'Not an amount' },
    meaning: 'The text is not a decimal number with digits, at most one point and an optional minus sign.',
    remedy: 'Send digits such as `"10.00"`, without an exponent, spaces, separators of thousands or leading zeros.',
  },
  negative_zero: {
    ...{ status: 400, title: 'A negative zero' },
    meaning: 'The amount is zero with a minus sign.',
    remedy: 'Send zero without a sign, where zero is allowed.',
  },
  malformed_currency: {
    ...{ status: 400, title: 'Not a currency' },
    meaning: 'The text is not a currency code.',
    remedy: 'Send a code of 3 to 12 capital letters and digits, such as `EUR`.',
  },
  malformed_ratio: {
    ...{ status: 400, title: 'Not a ratio' },
    meaning: 'The text is neither a decimal number nor a fraction such as `1/3`.',
    remedy: 'Send a ratio such as `"0.5"` or `"1/3"`.',
  },
  unknown_currency: {
    ...{ status: 400, title: 'No such currency' },
    meaning: 'The code is neither in ISO 4217 nor an asset of this installation.',
    remedy: 'Check the code. An operator adds assets with `tidemark assets add`.',
  },
  too_many_fraction_digits: {
    ...{ status: 422, title: 'More fraction digits than the currency has' },
    meaning: 'The amount is finer than the smallest unit of its currency. Nothing is rounded, and zeros count too.',
    remedy: 'Send at most as many digits after the point as the currency has: two for EUR, none for JPY.',
  },
  too_many_digits: {
    ...{ status: 422, title: 'Too many digits' },
    meaning: 'The amount, or the sum that it would make, has more digits than are kept exactly.',
    remedy: 'Send an amount of at most 30 digits before the point.',
  },
  currency_mismatch: {
    ...{ status: 422, title: 'Two currencies do not mix' },
    meaning: 'Amounts of two currencies would have to be added or compared.',
    remedy: 'Use one currency in one command.',
  },
} as const satisfies Record<MoneyErrorCode, ProblemType>;
