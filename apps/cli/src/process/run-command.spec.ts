import { describe, expect, it } from 'vitest';
import { oneLine } from './run-command.js';

describe('one line', () => {
  it.each([
    ['one', 'one'],
    ['one\n  two\r\n\n three \n', 'one two three'],
    ['\n', ''],
  ])('of %j is %j', (text, line) => expect(oneLine(text)).toBe(line));
});
