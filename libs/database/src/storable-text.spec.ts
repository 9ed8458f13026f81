import { describe, expect, it } from 'vitest';
import { isStorable } from './storable-text.js';

describe('a text that a database can store', () => {
  it.each(['', 'a', '\n\u001f\u007f', 'é', '😀', '\ufffd'])('%j', (text) => expect(isStorable(text)).toBe(true));
  it.each(['\0', 'a\0b', '\ud800', 'a\udc00', '\udc00\ud800'])('not %j', (text) =>
    expect(isStorable(text)).toBe(false),
  );
});
