export { currency, CURRENCY_CODE_PATTERN } from './currency.js';
export type { Currency } from './currency.js';
export { CurrencyTable } from './currency-table.js';
export { AMOUNT_PATTERN, Money } from './money.js';
export { MoneyError } from './money-error.js';
export type { MoneyErrorCode } from './money-error.js';
export { withdrawnCurrency, type WithdrawnCurrency } from './iso-4217-changes.js';
export { Ratio } from './ratio.js';
