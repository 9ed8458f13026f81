import { describe, expect, it } from 'vitest';
import type { Build, Projection } from '@tidemark/projections';
import { merged, packsOf, split } from './packs.js';
import { trackOf } from './track.js';

const at = (position: number) => ({ position: String(position).padStart(19, '0'), commitId: '' });
const build = (generation: string) => ({ projection: { name: 'p' } as Projection, generation }) satisfies Build;
const track = (generation: string, ...positions: number[]) =>
  trackOf(build(generation), new Map(positions.map((position, shard) => [shard, at(position)])));
const names = (packs: ReturnType<typeof merged>) =>
  packs.map(({ tracks, read }) => `${tracks.map((each) => each.build.generation).join('+')}@${Number(read.position)}`);

describe('packs of builds', () => {
  it('stand at the hindmost of their checkpoints, and together where that is the same place', () => {
    expect(names(packsOf([track('1', 7, 5), track('2', 5, 9), track('3', 2, 2)], 0))).toEqual(['1+2@5', '3@2']);
  });

  it('become one when one has caught up', () => {
    const packs = packsOf([track('1', 7), track('2', 3)], 0);
    packs[1]!.read = at(7);
    expect(names(merged(packs))).toEqual(['1+2@7']);
  });

  it('are taken apart when one fails, which stays alone until it does not', () => {
    const [well, failing] = split(packsOf([track('1', 7), track('2', 7)], 0)[0]!);
    well!.failures = 0;
    expect(names(merged([well!, failing!]))).toEqual(['1@7', '2@7']);
    failing!.failures = 0;
    expect(names(merged([well!, failing!]))).toEqual(['1+2@7']);
  });

  it('a build without shards here is none', () => expect(packsOf([track('1')], 0)).toEqual([]));
});
