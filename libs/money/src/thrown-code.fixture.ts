import { MoneyError } from './money-error.js';
import type { MoneyErrorCode } from './money-error.js';

/** The code of the MoneyError that `act` throws, `'nothing'` when it returns; any other error passes through. */
export function thrownCode(act: () => unknown): MoneyErrorCode | 'nothing' {
  try {
    act();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'nothing';
}
