import { describe, expect, it } from 'vitest';
import { PageSize } from './page-bytes.js';

describe('the size of the next page', () => {
  it('follows what fitted into the last one, and grows again up to the most', () => {
    const size = new PageSize(5_000);
    expect(size.events).toBe(5_000);
    size.learn(60, true);
    expect(size.events).toBe(120);
    size.learn(120, false);
    expect(size.events).toBe(240);
    for (let i = 0; i < 10; i++) size.learn(size.events, false);
    expect(size.events).toBe(5_000);
    size.learn(4_000, true);
    expect(size.events).toBe(5_000);
    size.learn(1, true);
    expect(size.events).toBe(2);
  });
});
