import { createHash } from 'node:crypto';

/**
 * A stream of random numbers from a seed. The same seed gives the same plans, amounts and times on every machine. It does not
 * fix how processes interleave.
 *
 * Source: mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md
 */
export class SeededRandom {
  private state: number;

  /** @param seed any 32-bit number */
  constructor(private readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 inclusive to 1 exclusive, as `Math.random` gives it. */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.integer(0, from.length - 1)]!;
  }

  /** A separate stream, so that the numbers of one part do not depend on other parts. */
  fork(name: string): SeededRandom {
    return new SeededRandom(createHash('sha256').update(`${this.seed}\n${name}`).digest().readUInt32BE());
  }
}
