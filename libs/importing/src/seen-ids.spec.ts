import { expect, it } from 'vitest';
import { SeenIds } from './seen-ids.js';

it('remembers the line of every id, however many there are', () => {
  const ids = new SeenIds();
  const count = 100_000;
  let wrong = 0; // an `expect` each would take seconds
  for (let i = 0; i < count; i++) if (ids.add(`id ${i}`, i + 2) !== undefined) wrong++;
  for (let i = 0; i < count; i++) if (ids.add(`id ${i}`, 1) !== i + 2) wrong++;
  expect(wrong).toBe(0);
  expect(ids.add('another', 7)).toBeUndefined();
  expect(ids.add('', 8)).toBeUndefined();
  expect(ids.add('', 9)).toBe(8);
});
