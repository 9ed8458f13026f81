import { describe, expect, it } from 'vitest';
import { pageOf } from './page.js';

describe('pageOf', () => {
  it.each([
    [[], 2, [], undefined],
    [['a'], 2, ['a'], undefined],
    [['a', 'b'], 2, ['a', 'b'], undefined],
    [['a', 'b', 'c'], 2, ['a', 'b'], 'after b'],
  ])('of %j with a limit of %i is %j, then %j', (read, limit, entries, nextCursor) => {
    expect(pageOf(read, limit, (last) => `after ${last}`)).toEqual({ entries, nextCursor });
  });
});
