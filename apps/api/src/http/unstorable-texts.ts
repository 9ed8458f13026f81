import { isStorable } from '@tidemark/database';

export interface UnstorableText {
  readonly path: readonly string[];
  readonly message: string;
}

const MESSAGE = 'must not have the character NUL or half of a surrogate pair';

/**
 * The texts in a value, keys included, that neither engine can store.
 *
 * @param value as parsed from JSON, a path or a query
 */
export function unstorableTexts(value: unknown, path: readonly string[] = []): UnstorableText[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [{ path, message: MESSAGE }];
  if (typeof value !== 'object' || value === null) return [];
  const found: UnstorableText[] = [];
  for (const [key, item] of Object.entries(value)) {
    // The path ends before such a key: it must not come back in the answer.
    if (!isStorable(key)) found.push({ path, message: MESSAGE });
    // Nearly every text is, and this runs for each of every request.
    else if (typeof item !== 'string' || !isStorable(item)) found.push(...unstorableTexts(item, [...path, key]));
  }
  return found;
}
