import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, InvalidCursor, requireGeneration, versionOf } from './cursor.js';

const cursor = { list: 'wallets a-', generation: '3', after: 'a-17' };
const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('cursors', () => {
  it('come back as they were handed out, and fit into a URL', () => {
    const text = encodeCursor(cursor);
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(text, cursor.list)).toEqual(cursor);
  });

  it.each([
    ['of another list', encodeCursor(cursor), 'wallets b-'],
    ['empty', '', cursor.list],
    ['with padding', `${encodeCursor(cursor)}=`, cursor.list],
    ['with a stray character', `${encodeCursor(cursor)}!`, cursor.list],
    ['that is no JSON', Buffer.from('[').toString('base64url'), cursor.list],
    ['that is no array', raw({ list: cursor.list }), cursor.list],
    ['too short', raw([cursor.list, '3']), cursor.list],
    ['too long', raw([cursor.list, '3', 'a', 'b']), cursor.list],
    ['with a number', raw([cursor.list, 3, 'a']), cursor.list],
    ['with a NUL', raw([cursor.list, '3', 'a\0']), cursor.list],
    ['with half of a surrogate pair', raw([cursor.list, '3', '\ud800']), cursor.list],
    ['of a thousand characters', raw([cursor.list, '3', 'a'.repeat(1_000)]), cursor.list],
  ])('%s are refused', (_, text, list) => expect(() => decodeCursor(text, list)).toThrow(InvalidCursor));

  it.each(['0', '-1', '1.5', '01', '', 'x', '9999999999999999'])('end at no version %j', (after) =>
    expect(() => versionOf({ ...cursor, after })).toThrow(InvalidCursor),
  );

  it('hold in their own build only', () => {
    expect(() => requireGeneration(cursor, '3')).not.toThrow();
    expect(() => requireGeneration(undefined, '4')).not.toThrow();
    expect(() => requireGeneration(cursor, '4')).toThrow(InvalidCursor);
    expect(() => requireGeneration(cursor, undefined)).toThrow(InvalidCursor);
  });
});
