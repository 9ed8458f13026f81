import { hash } from 'node:crypto';

/** Four words of hash and one of line number. */
const WORDS = 5;
const SLOTS_AT_FIRST = 1 << 14;
/** Fuller tables probe too long, emptier ones waste memory. */
const LOAD_MAX = 0.7;

/**
 * The ids of a file that have been seen, with their lines: 30 to 60 bytes an id, whatever the id's length, where a
 * Map takes 150. An id is known by 128 bits of its sha256, so no two ids ever meet.
 */
export class SeenIds {
  private slots = SLOTS_AT_FIRST;
  private table = new Uint32Array(this.slots * WORDS);
  private used = 0;

  /**
   * Remembers an id.
   *
   * @param line from 1, below 2³²
   * @returns the line on which the id stands already, or undefined when it is new
   */
  add(id: string, line: number): number | undefined {
    if (this.used >= this.slots * LOAD_MAX) this.grow();
    const digest = hash('sha256', id, 'buffer');
    const key = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at));
    const found = this.place(key, line);
    if (found === undefined) this.used++;
    return found;
  }

  private place(key: readonly number[], line: number): number | undefined {
    for (let slot = key[0]! % this.slots; ; slot = (slot + 1) % this.slots) {
      const at = slot * WORDS;
      const lineThere = this.table[at + 4]!;
      if (lineThere === 0) {
        this.table.set([...key, line], at);
        return undefined;
      }
      if (key.every((word, i) => this.table[at + i] === word)) return lineThere;
    }
  }

  private grow(): void {
    const before = this.table;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * WORDS);
    for (let at = 0; at < before.length; at += WORDS) {
      if (before[at + 4] !== 0) this.place([...before.subarray(at, at + 4)], before[at + 4]!);
    }
  }
}
