import { describe, expect, it } from 'vitest';
import { shownUrl } from './shown-url.js';

describe('a connection string that is shown', () => {
  it.each([
    ['postgresql://me:X@h:1/d', 'postgresql://me@h:1/d'],
    ['postgres://me@h:1/d?password=X&sslmode=require', 'postgres://me@h:1/d?sslmode=require'],
    ['postgresql:///d?host=/run/pg&user=me&password=X', 'postgresql:///d?host=%2Frun%2Fpg&user=me'],
    ['postgresql://h/d?password=X&password=X&PASSWORD=X&sslpassword=X&options=-c%20a%3DX', 'postgresql://h/d'],
    ['postgresql://h/d?sslkey=X&passfile=X#X', 'postgresql://h/d'],
    ['postgresql://me:X/Y@h/d', 'postgresql:'],
    ['X', 'postgresql:'],
  ])('%s is %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
    expect(shown).not.toContain('X');
  });
});
