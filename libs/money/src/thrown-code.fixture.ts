import { MoneyError } from './money-error.js';
import type { MoneyErrorCode } from './money-error.js';

/** @returns the code of the MoneyError that `act` throws, or `'nothing'` if it returns; any other error is thrown on */
export function thrownCode(act: () => unknown): MoneyErrorCode | 'nothing' {
  try {
    act();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'nothing';
}
