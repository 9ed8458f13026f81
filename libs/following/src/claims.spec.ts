import { describe, expect, it } from 'vitest';
import { leasesToTake, ownerOf, type WorkerIdentity } from './claims.js';
import type { Lease } from './leases.js';

const me: WorkerIdentity = { region: 'east', id: 'me' };

/** Leases of a region of eight shards. */
function held(...owners: (string | null)[]): Lease[] {
  return Array.from({ length: 8 }, (_, shard) => ({ shard, token: '0', owner: owners[shard] ?? null }));
}

function taken(
  leases: readonly Lease[],
  options: { stalled?: number[]; avoided?: number[]; region?: string } = {},
): number[] {
  const { stalled = [], avoided = [], region = 'east' } = options;
  const found = leasesToTake({ me, region, leases, stalled: new Set(stalled), avoided: new Set(avoided) });
  return found.map(({ shard }) => shard);
}

const A = 'east/a';
const B = 'east/b';
const MINE = ownerOf(me);
const STRANGER = 'west/s';

describe('which shards a worker takes', () => {
  it('all of them where it is alone', () => expect(taken(held())).toEqual([0, 1, 2, 3, 4, 5, 6, 7]));

  it('its fair share of what another has beyond its own', () => {
    expect(taken(held(A, A, A, A, A, A, A, A))).toHaveLength(4);
    expect(taken(held(A, A, A, A, B, B, B, B))).toHaveLength(2);
  });

  it('nothing where all have their share, and not the last odd one', () => {
    expect(taken(held(A, A, A, A, MINE, MINE, MINE, MINE))).toEqual([]);
    expect(taken(held(A, A, A, B, B, B, MINE, MINE))).toEqual([]);
  });

  it('no more than its share of what nobody has, since others will want some', () => {
    expect(taken(held(A, A, null, null, null, null, null, null))).toEqual([2, 3, 4, 5]);
  });

  it('what stands still, whoever has it, and its owner counts for nobody', () => {
    expect(taken(held(A, A, A, A, MINE, MINE, MINE, MINE), { stalled: [0, 1, 2, 3] })).toEqual([0, 1, 2, 3]);
  });

  it('from strangers at once', () => expect(taken(held(...Array<string>(8).fill(STRANGER)))).toHaveLength(8));

  it('in another region only what stands still', () => {
    expect(taken(held(), { region: 'west' })).toEqual([]);
    expect(taken(held('west/w'), { region: 'west', stalled: [0, 5] })).toEqual([0, 5]);
  });

  it('not what it gave back', () => {
    expect(taken(held(), { avoided: [0, 1] })).toEqual([2, 3, 4, 5, 6, 7]);
    expect(taken(held(), { stalled: [0], avoided: [0] })).not.toContain(0);
  });
});
