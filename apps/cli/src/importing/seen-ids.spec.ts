import { expect, it } from 'vitest';
import { SeenIds } from './seen-ids.js';

it('remembers the line of every id, however many there are', () => {
  const ids = new SeenIds();
  const count = 100_000;
  for (let i = 0; i < count; i++) expect(ids.add(`id ${i}`, i + 2)).toBeUndefined();
  for (let i = 0; i < count; i++) expect(ids.add(`id ${i}`, 1)).toBe(i + 2);
  expect(ids.add('another', 7)).toBeUndefined();
  expect(ids.add('', 8)).toBeUndefined();
  expect(ids.add('', 9)).toBe(8);
});
