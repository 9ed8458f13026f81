import { hash } from 'node:crypto';
import type { DerivedId } from '@tidemark/wallet';

/** Crockford's base 32 in lower case: no letter that is taken for a digit. https://www.crockford.com/base32.html */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 26 characters of 5 bits: 130 bits of the hash, so that two keys never meet by chance. */
const ID_CHARACTERS = 26;

/** What an id follows from. */
interface KeyOfCaller {
  /** Empty for a key that was used before keys belonged to callers. */
  readonly caller: string;
  readonly idempotencyKey: string;
}

/**
 * The id of what a command makes, such as `mv_` and 26 characters. It is the same for every repeat of the request.
 *
 * @param scope the wallet that the idempotency key belongs to
 */
export function derivedIdOf({ kind, prefix }: DerivedId, scope: string, key: KeyOfCaller): string {
  return `${prefix}_${digest(`${kind}\n${scope}\n${ofCaller(key)}`)}`;
}

/** The id of a wallet that was opened without one: `w_` and 26 characters, so that a repeat finds the first wallet. */
export function walletIdOf(caller: string, idempotencyKey: string): string {
  return `w_${digest(`wallet\n${idempotencyKey}\n${caller}`)}`;
}

function ofCaller({ caller, idempotencyKey }: KeyOfCaller): string {
  return caller === '' ? idempotencyKey : `${idempotencyKey}\n${caller}`;
}

// The free part comes last (keys and ids hold no line feed), so no two inputs share a text.
function digest(text: string): string {
  const bytes = hash('sha256', text, 'buffer');
  let characters = '';
  let bits = 0;
  let held = 0;
  for (let next = 0; characters.length < ID_CHARACTERS; held -= 5) {
    if (held < 5) {
      bits = ((bits & 31) << 8) | bytes[next++]!;
      held += 8;
    }
    characters += ALPHABET[(bits >> (held - 5)) & 31];
  }
  return characters;
}
