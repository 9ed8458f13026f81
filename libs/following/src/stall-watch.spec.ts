import { describe, expect, it } from 'vitest';
import { StallWatch } from './stall-watch.js';

const at = (position: number) => ({ position: String(position).padStart(19, '0'), commitId: '' });
const PATIENCE_MS = 1_000;

function watch() {
  const stalls = new StallWatch(PATIENCE_MS);
  return (
    now: number,
    { head, cursors, token = '1' }: { head?: number; cursors: Record<string, number>; token?: string },
  ) =>
    [
      ...stalls.look({
        leases: [{ shard: 0, token, owner: 'east/a' }],
        checkpoints: new Map(
          Object.entries(cursors).map(([build, position]) => [build, [{ shard: 0, cursor: at(position) }]]),
        ),
        head: head === undefined ? undefined : at(head),
        now,
      }),
    ].length === 1;
}

describe('a shard that stands still', () => {
  it('is one that has something to follow and does not move', () => {
    const stalled = watch();
    expect(stalled(0, { head: 9, cursors: { a: 5 } })).toBe(false);
    expect(stalled(999, { head: 9, cursors: { a: 5 } })).toBe(false);
    expect(stalled(1_000, { head: 9, cursors: { a: 5 } })).toBe(true);
  });

  it('is not one with nothing to follow, for however long', () => {
    const stalled = watch();
    for (const now of [0, 5_000, 50_000]) expect(stalled(now, { head: 5, cursors: { a: 5 } })).toBe(false);
    for (const now of [0, 5_000]) expect(stalled(now, { cursors: { a: 5 } })).toBe(false);
  });

  it('begins anew when it moves or changes hands', () => {
    const stalled = watch();
    stalled(0, { head: 9, cursors: { a: 5 } });
    expect(stalled(900, { head: 9, cursors: { a: 6 } })).toBe(false);
    expect(stalled(1_500, { head: 9, cursors: { a: 6 } })).toBe(false);
    expect(stalled(1_600, { head: 9, cursors: { a: 6 }, token: '2' })).toBe(false);
    expect(stalled(2_600, { head: 9, cursors: { a: 6 }, token: '2' })).toBe(true);
  });

  it('is judged by its foremost build: one that fails says little about its worker', () => {
    const stalled = watch();
    for (const now of [0, 5_000]) expect(stalled(now, { head: 9, cursors: { failing: 1, well: 9 } })).toBe(false);
  });

  it('is one in which another build stands still for ten times as long: its worker may have died over it', () => {
    const stalled = watch();
    for (const now of [0, 9_999]) expect(stalled(now, { head: 9, cursors: { live: 1, newer: 9 } })).toBe(false);
    expect(stalled(10_000, { head: 9, cursors: { live: 1, newer: 9 } })).toBe(true);
  });

  it('is none in which any build moves', () => {
    const stalled = watch();
    for (const now of [0, 900, 1_800]) expect(stalled(now, { head: 9, cursors: { a: 5, b: now } })).toBe(false);
  });
});
