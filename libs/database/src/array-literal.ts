/** JSON escapes that an array literal does not have: there `\n` is the letter n. */
const CONTROL_CHARACTER = /[\u0000-\u001f]/;

/**
 * Replaces each array of strings, numbers and nulls in a statement's values by its PostgreSQL array literal. `pg` makes the same
 * literal, but takes several times as long: a page of events is written as a dozen arrays with thousands of elements each.
 * `JSON.stringify` uses the same escapes and different brackets, and takes a third of the time of a loop over the characters.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function withArrayLiterals(values: readonly unknown[]): unknown[] {
  return values.map((value) => (Array.isArray(value) && value.every(isPlain) ? arrayLiteral(value) : value));
}

/** `pg` handles other elements, such as bytes, arrays, and texts with a line feed or half of a surrogate pair. */
function isPlain(element: unknown): boolean {
  if (typeof element === 'string') return !CONTROL_CHARACTER.test(element) && element.isWellFormed();
  if (typeof element === 'number') return Number.isFinite(element);
  return typeof element === 'boolean' || element === null || element === undefined;
}

function arrayLiteral(elements: readonly unknown[]): string {
  return `{${JSON.stringify(elements).slice(1, -1)}}`;
}
