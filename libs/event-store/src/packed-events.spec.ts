import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  readAsManyAsFit,
  SEPARATOR,
  unpackedEvents,
  type BoundedEvents,
  type ProjectedEvent,
} from './packed-events.js';
import { PAGE_BYTES_MAX } from './page-bytes.js';

const PAGES = 30;
const EVENTS = 2_000;
/** A page has 600 KB. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('events that were read as one text', () => {
  it('what is remembered of one of them does not keep the text in memory', () => {
    const fieldsOf = (page: number, i: number) => [
      ...[`a-wallet-of-page-${page}-${i}`, 1, `${1e18 + i}.0000000001`, '2026-11-24 11:30:22.704+00'],
      ...['FundsDeposited', 1, 'x'.repeat(200)],
    ];
    const remembered: Omit<ProjectedEvent, 'data' | 'type'>[] = [];
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let page = 0; page < PAGES; page++) {
      const packed = Array.from({ length: EVENTS }, (_, i) => fieldsOf(page, i).join(SEPARATOR)).join(SEPARATOR);
      const [event] = unpackedEvents('cockroach', 'local', { packed });
      const { data: _data, type: _type, ...rest } = event!;
      remembered.push(rest);
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(KEPT_BYTES_MAX);
    expect(remembered.at(-1)).toMatchObject({ walletId: `a-wallet-of-page-${PAGES - 1}-0`, version: 1 });
  });
});

describe('reading as many as fit', () => {
  const rowOf = (events: number, bytes: number): BoundedEvents => ({
    ...{ events: String(events), bytes: String(bytes) },
    packed: bytes <= PAGE_BYTES_MAX || events === 1 ? 'text' : null,
  });
  const asked = async (parts: number, read: (size: number) => BoundedEvents) => {
    const sizes: number[] = [];
    const found = await readAsManyAsFit(parts, (size) => {
      sizes.push(size);
      return Promise.resolve(read(size));
    });
    return { sizes, parts: found.parts };
  };

  it('takes all where all fit', async () => {
    expect(await asked(5_000, (size) => rowOf(size, PAGE_BYTES_MAX))).toEqual({ sizes: [5_000], parts: 5_000 });
    expect(await asked(5_000, () => ({ packed: null, events: '0', bytes: null }))).toEqual({
      ...{ sizes: [5_000], parts: 5_000 },
    });
  });
  it('asks for fewer, by what was found, until they fit', async () => {
    expect(await asked(1_000, (size) => rowOf(size, size * (PAGE_BYTES_MAX / 100)))).toEqual({
      ...{ sizes: [1_000, 80], parts: 80 },
    });
    expect(
      await asked(1_000, (size) => rowOf(Math.min(size, 200), Math.min(size, 200) * (PAGE_BYTES_MAX / 100))),
    ).toEqual({
      ...{ sizes: [1_000, 80], parts: 80 },
    });
  });
  it('takes one, however large', async () => {
    expect(await asked(10, (size) => rowOf(size, size * 2 * PAGE_BYTES_MAX))).toEqual({ sizes: [10, 1], parts: 1 });
  });
  it('asks for fewer where the database has no memory for so many, and gives up at one', async () => {
    const noMemory = Object.assign(new Error('memory budget exceeded'), { code: '53200' });
    const read = (fits: number) => (size: number) => {
      if (size > fits) throw noMemory;
      return rowOf(size, size);
    };
    expect(await asked(1_000, read(20))).toEqual({ sizes: [1_000, 125, 16], parts: 16 });
    await expect(asked(1_000, read(0))).rejects.toBe(noMemory);
  });
});
