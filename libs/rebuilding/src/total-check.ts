import type { Addition, Build } from '@tidemark/projections';
import type { Difference } from './difference.js';
import { TotalSums, type TotalSum } from './total-sums.js';

/** Compares the sums that a build holds with those that the events make. */
export class TotalCheck {
  private readonly expected: TotalSums;

  constructor(private readonly build: Build) {
    this.expected = new TotalSums(build.projection);
  }

  add(addition: Addition): void {
    this.expected.add(addition);
  }

  /** @param rows the sums that the build holds */
  *compare(region: string, rows: readonly Addition[]): Generator<Difference> {
    const held = new TotalSums(this.build.projection);
    for (const row of rows) held.add(row);
    const found = new Map([...held.all()].map((sum) => [nameOf(sum), sum]));
    for (const expected of this.expected.all()) {
      const other = found.get(nameOf(expected));
      found.delete(nameOf(expected));
      if (other?.numbers.join() !== expected.numbers.join()) yield this.difference(region, expected, other);
    }
    for (const left of found.values()) yield this.difference(region, undefined, left);
  }

  private difference(region: string, expected: TotalSum | undefined, found: TotalSum | undefined): Difference {
    const say = (sum: TotalSum | undefined) => (sum ? `${nameOf(sum)} ${sum.numbers.join(' ')}` : null);
    const { generation } = this.build;
    const place = { generation, region, walletId: null, kind: 'sum_differs', version: null } as const;
    return { ...place, expected: say(expected), found: say(found) };
  }
}

function nameOf({ shard, key }: TotalSum): string {
  return `shard ${shard} ${key}`;
}
