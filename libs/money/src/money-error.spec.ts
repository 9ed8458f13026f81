import { describe, expect, it } from 'vitest';
import { MoneyError, quote } from './money-error.js';

describe('quote', () => {
  it.each([
    ['a short string', '1e3', '"1e3"'],
    ['40 characters', '7'.repeat(40), `"${'7'.repeat(40)}"`],
    ['41 characters', '7'.repeat(41), `"${'7'.repeat(40)}"…`],
    ['control characters', 'a\nb', '"a\\nb"'],
    ['a surrogate pair cut in two', `${'x'.repeat(39)}😀`, `"${'x'.repeat(39)}\\ud83d"…`],
    ['a number', 12.5, 'the number 12.5'],
    ['a boolean', true, 'the boolean true'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a symbol', Symbol('s'), 'a value of type symbol'],
    ['a String object', Object('1'), 'a value of type object'],
    [
      'an object whose toString throws',
      {
        toString() {
          throw new Error('foreign code ran');
        },
      },
      'a value of type object',
    ],
  ])('shows %s', (_, input, shown) => {
    expect(quote(input)).toBe(shown);
  });
});

it('MoneyError is an Error with a name, a code and a message', () => {
  const error = new MoneyError('negative_zero', '"-0" is a negative zero');
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'MoneyError', code: 'negative_zero', message: '"-0" is a negative zero' });
});
