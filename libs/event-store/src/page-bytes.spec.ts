import { describe, expect, it } from 'vitest';
import { PAGE_BYTES_MAX, PageSize } from './page-bytes.js';

describe('the size of the next page', () => {
  it('follows what fitted into the last one, and grows again up to the most', () => {
    const size = new PageSize(5_000);
    expect(size.events).toBe(5_000);
    size.learn({ events: 60, bytes: PAGE_BYTES_MAX });
    expect(size.events).toBe(60);
    size.learn({ events: 60, bytes: PAGE_BYTES_MAX / 2 });
    expect(size.events).toBe(120);
    for (let i = 0; i < 10; i++) size.learn({ events: 1, bytes: 100 });
    expect(size.events).toBe(5_000);
    size.learn({ events: 0, bytes: PAGE_BYTES_MAX });
    expect(size.events).toBe(1);
  });
});
