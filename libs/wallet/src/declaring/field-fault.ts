import { MoneyError } from '@tidemark/money';

/** A value of a request body that fits its schema and yet cannot be read, such as an amount in an unknown currency. */
export class FieldFault extends Error {
  override readonly name = 'FieldFault';

  /** @param path of the key in the body, as in `legs.0.amount` */
  constructor(
    readonly path: string,
    override readonly cause: MoneyError,
  ) {
    super(cause.message);
  }
}

/** Reads a value, and says of a MoneyError which key of the body it is about. */
export function faultsAt<T>(pathOf: (error: MoneyError) => string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MoneyError) throw new FieldFault(pathOf(error), error);
    throw error;
  }
}

/** Reads a value inside another, and says so of a fault: `legs.0.` before `amount`. */
export function within<T>(prefix: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FieldFault) throw new FieldFault(`${prefix}${error.path}`, error.cause);
    throw error;
  }
}
