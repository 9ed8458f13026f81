import { type Addition, type Projection, shapeOf } from '@tidemark/projections';

/** Fraction digits of the computation: the maximum scale of an asset. */
const SCALE = 18;

/** One row of a table of sums. */
export interface TotalSum {
  readonly shard: number;
  /** The values of the key, JSON. */
  readonly key: string;
  /** In plain notation. */
  readonly numbers: readonly string[];
}

/** Adds sums up in memory, exactly: a row for each key and shard. */
export class TotalSums {
  private readonly sums = new Map<string, { shard: number; key: string; numbers: bigint[] }>();

  /** How many of the first values are the key. */
  private readonly keys: number;

  constructor({ totals }: Pick<Projection, 'totals'>) {
    this.keys = totals ? shapeOf(totals).key.length : 0;
  }

  add({ shard, values }: Addition): void {
    const keys = this.keys;
    const key = JSON.stringify(values.slice(0, keys).map(String));
    const numbers = values.slice(keys).map((value) => scaled(String(value)));
    const known = this.sums.get(`${shard} ${key}`);
    if (!known) this.sums.set(`${shard} ${key}`, { shard, key, numbers });
    else known.numbers = known.numbers.map((number, i) => number + numbers[i]!);
  }

  /** All that are not zero. */
  *all(): Generator<TotalSum> {
    for (const { shard, key, numbers } of this.sums.values()) {
      if (numbers.some((number) => number !== 0n)) yield { shard, key, numbers: numbers.map(plain) };
    }
  }
}

/** A decimal in plain notation as a whole number of 10^-18. */
function scaled(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > SCALE) throw new Error(`not a decimal of a total: ${text}`);
  const number = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -number : number;
}

function plain(number: bigint): string {
  const digits = (number < 0n ? -number : number).toString().padStart(SCALE + 1, '0');
  let fraction = digits.slice(-SCALE);
  while (fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return `${number < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}
