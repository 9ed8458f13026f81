import type { Addition, Build } from '../projection.js';
import type { Difference } from './difference.js';

/** Fraction digits that are reckoned with: those of the finest asset. */
const SCALE = 18;

/** Compares the sums that a build holds with those that the events make. In memory: a row for each key and shard. */
export class TotalCheck {
  private readonly sums = new Map<string, bigint[]>();

  constructor(private readonly build: Build) {}

  add({ shard, values }: Addition): void {
    const { key, numbers } = this.parts({ shard, values });
    const before = this.sums.get(key) ?? numbers.map(() => 0n);
    this.sums.set(
      key,
      numbers.map((number, i) => number + before[i]!),
    );
  }

  /** @param held the sums that the build holds */
  *compare(region: string, held: readonly Addition[]): Generator<Difference> {
    const left = new Map(this.sums);
    for (const each of held) {
      const { key, numbers } = this.parts(each);
      const expected = left.get(key);
      left.delete(key);
      if (expected?.join() !== numbers.join()) yield this.difference(region, key, expected, numbers);
    }
    for (const [key, expected] of left) {
      if (expected.some((number) => number !== 0n)) yield this.difference(region, key, expected, undefined);
    }
  }

  private parts({ shard, values }: Addition): { key: string; numbers: bigint[] } {
    const keys = Object.keys(this.build.projection.totals!.key).length;
    return {
      key: JSON.stringify([shard, ...values.slice(0, keys).map(String)]),
      numbers: values.slice(keys).map((value) => scaled(String(value))),
    };
  }

  private difference(
    region: string,
    key: string,
    expected: readonly bigint[] | undefined,
    found: readonly bigint[] | undefined,
  ): Difference {
    const say = (numbers: readonly bigint[] | undefined) => (numbers ? `${key} ${numbers.map(plain).join(' ')}` : null);
    const { generation } = this.build;
    const place = { generation, region, walletId: null, kind: 'sum_differs', version: null } as const;
    return { ...place, expected: say(expected), found: say(found) };
  }
}

/** A decimal in plain notation as a whole number of 10^-18. */
export function scaled(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > SCALE) throw new Error(`not a decimal of a total: ${text}`);
  const number = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -number : number;
}

function plain(number: bigint): string {
  const digits = (number < 0n ? -number : number).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${number < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}
