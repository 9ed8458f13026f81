import { describe, expect, it } from 'vitest';
import { keysOf, rangesOf } from './appended.js';

const commit = (appended: string) => ({ region: 'r', lane: 0, position: '1', commitId: 'c', appended });

describe('what a commit names', () => {
  it('is ranges of versions, in its own region', () => {
    const ranges = rangesOf(commit('[["a",1,3],["b",7,7]]'));
    expect(ranges?.flatMap(keysOf).map(({ region, walletId, version }) => `${region} ${walletId} ${version}`)).toEqual([
      ...['r a 1', 'r a 2', 'r a 3', 'r b 7'],
    ]);
  });

  it.each([
    '',
    '[[',
    'null',
    '{}',
    '["a"]',
    '[["a",1]]',
    '[["a",0,1]]',
    '[["a",3,1]]',
    '[["a",1.5,2]]',
    '[[1,1,1]]',
    '[["a",1,100001]]',
    '[["a",1,9007199254740993]]',
  ])('cannot be read from %s', (appended) => expect(rangesOf(commit(appended))).toBeUndefined());
});
