import { isUtf8 } from 'node:buffer';
import { inputProblem } from '../problems/input-problem.js';
import type { Problem } from '../problems/problem.js';

/** A body holds one command; the largest, a transfer of 100 legs with full details, needs a third of this. */
export const BODY_BYTES_MAX = 64 * 1024;

/** No endpoint reads a body that is nested more than three levels. */
export const JSON_DEPTH_MAX = 16;

/**
 * Reads a JSON body that came from outside, strictly: UTF-8 (RFC 8259), no byte order mark, not deep, and no key twice in
 * one object, where JSON.parse would silently take the last (an amount would be read that the sender's own parser may
 * not show). `__proto__` is refused, because code that copies objects would take it for their prototype.
 *
 * @throws Problem `malformed_json`
 */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw malformed('is not UTF-8');
  const text = body.toString();
  const keys = scan(text);
  const value = parse(text);
  if (keys !== countKeys(value)) throw malformed('has a key twice in one object');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('cannot be parsed as JSON');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Counts the colons outside strings, which is the number of keys written, and bounds the depth before anything recurses. */
function scan(text: string): number {
  let keys = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) i = endOfString(text, i);
    else if (character === COLON) keys++;
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth--;
    else if ((character === OPEN_BRACE || character === OPEN_BRACKET) && ++depth > JSON_DEPTH_MAX) {
      throw malformed(`is nested deeper than ${JSON_DEPTH_MAX} levels`);
    }
  }
  return keys;
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) return i;
    if (character === BACKSLASH) i++;
  }
  return text.length;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((all, item) => all + countKeys(item), 0);
  let keys = 0;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw malformed('has the key "__proto__", which is not allowed');
    keys += 1 + countKeys((value as Record<string, unknown>)[key]);
  }
  return keys;
}

function malformed(message: string): Problem {
  return inputProblem('body', [{ path: '', message }], 'malformed_json');
}
