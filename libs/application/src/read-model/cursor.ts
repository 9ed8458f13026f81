import { isStorable } from '@tidemark/database';

/** A cursor that this list did not hand out, or not in its present build. HTTP 400. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** Longer than any cursor that is handed out, and short enough to refuse quickly. */
const CURSOR_CHARACTERS_MAX = 1_024;

/** Where a page ended, and in which list. */
export interface Cursor {
  /** What is listed: a cursor of another list, wallet or search is refused. */
  readonly list: string;
  /** The builds of the projection that the page came from (`LIVE_BUILDS`); `log` for lists that are read from no projection. */
  readonly generation: string;
  /** The last key of the page: a wallet id, a version, or the id of an operation. */
  readonly after: string;
}

/** @returns opaque to callers: base64url JSON */
export function encodeCursor({ list, generation, after }: Cursor): string {
  return Buffer.from(JSON.stringify([list, generation, after])).toString('base64url');
}

/**
 * Reads a cursor that came from outside.
 *
 * @param list what it has to be a cursor of
 * @throws InvalidCursor
 */
export function decodeCursor(text: string, list: string): Cursor {
  const bytes = text.length <= CURSOR_CHARACTERS_MAX ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
  // Buffer.from skips whatever is not base64url.
  if (bytes.length === 0 || bytes.toString('base64url') !== text) throw refused();
  const parts = parsed(bytes);
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every(isText)) throw refused();
  const [of, generation, after] = parts as [string, string, string];
  if (of !== list) throw refused();
  return { list, generation, after };
}

/**
 * The version that a cursor ends at.
 *
 * @throws InvalidCursor
 */
export function versionOf({ after }: Cursor): number {
  if (!/^[1-9]\d{0,14}$/.test(after)) throw refused();
  return Number(after);
}

/**
 * The UUID that a cursor ends at.
 *
 * @throws InvalidCursor
 */
export function uuidOf({ after }: Cursor): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(after)) throw refused();
  return after;
}

/**
 * Makes sure that a list continues in the build it was begun in.
 *
 * @throws InvalidCursor
 */
export function requireGeneration(cursor: Cursor | undefined, live: string | undefined): void {
  if (cursor === undefined || cursor.generation === live) return;
  throw new InvalidCursor('the cursor comes from an earlier build of this list: start again without it');
}

function isText(part: unknown): boolean {
  return typeof part === 'string' && isStorable(part);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function refused(): InvalidCursor {
  return new InvalidCursor('not a cursor of this list: pass on `nextCursor` of the page before, or none');
}
