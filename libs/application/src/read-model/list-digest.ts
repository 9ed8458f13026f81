import { hash } from 'node:crypto';

/**
 * What a cursor names its list by: the name, and what was asked of it, as a hash. A cursor has 1,024 characters at most, and a
 * reference alone may have 200 of four bytes each.
 *
 * @param asked texts that make it another list; all undefined: the name alone
 */
export function listNameOf(name: string, asked: readonly (string | undefined)[]): string {
  if (asked.every((each) => each === undefined)) return name;
  return `${name} ${hash('sha256', JSON.stringify(asked.map((each) => each ?? null)), 'base64url')}`;
}
