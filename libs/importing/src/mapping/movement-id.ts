import { createHash } from 'node:crypto';
import { visibleAscii } from '@tidemark/wallet';

/** Leaves room for prefix and number of the retry in an idempotency key, which has 255 characters. */
export const ID_CHARACTERS_MAX = 120;
const PLAIN_ID = visibleAscii(ID_CHARACTERS_MAX);

/** @returns whether an id of the file is used as it stands */
export function isPlainId(text: string): boolean {
  return PLAIN_ID.test(text);
}

/**
 * The id of a movement by what its file calls it: the same where it is visible ASCII and not too long, else its hash.
 *
 * @param text not empty
 */
export function movementIdOf(text: string): string {
  return isPlainId(text) ? text : hashed('', text.normalize('NFC'));
}

/**
 * Gives the rows of a file without ids one each: made of what the row says and its number among the rows that say the same. So a file
 * that is imported again, or overlaps another, has the same ids, as long as each file begins at the start of a day or its rows tell the
 * balance.
 */
export class DerivedIds {
  private readonly counts = new Map<string, number>();

  /** @param content of a row, or of the whole line where it could not be read */
  next(content: readonly string[]): string {
    // Letters that are not ASCII depend on the encoding that was found, and the id must not.
    const text = content.map((part) => part.replace(/[^\x21-\x7e]/g, '')).join('\n');
    const hash = hashed('row', text);
    const count = (this.counts.get(hash) ?? 0) + 1;
    this.counts.set(hash, count);
    return `${hash}.${count}`;
  }
}

function hashed(kind: string, text: string): string {
  return `#${kind}${createHash('sha256').update(text).digest('base64url')}`;
}
