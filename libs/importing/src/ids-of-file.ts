import type { RowProblem } from './mapping/row-problem.js';

/** Ids of one file: a Map takes 2²⁴ entries, and these are 1.5 GB. */
const IDS_MAX = 16_000_000;
/** Of the hash of a row's content: with the line it makes a number that is exact in JavaScript (2⁵³), and takes no memory of its own. */
const HASHES = 2 ** 28;

/** The ids of a file with the line of each, to tell a row that stands there twice from two rows under one id. */
export class IdsOfFile {
  private readonly seen = new Map<string, number>();

  /**
   * Takes the id of a row.
   *
   * @param content what the row says
   * @returns the problem when an earlier row has this id
   * @throws Error when the file has more ids than one import can take
   */
  take(id: string, line: number, content: string): RowProblem | undefined {
    const hash = hashOf(content);
    const before = this.seen.get(id);
    if (before === undefined) {
      if (this.seen.size === IDS_MAX)
        throw new Error(`a file has ${IDS_MAX.toLocaleString('en-US')} rows at most: cut it in two`);
      this.seen.set(id, line * HASHES + hash);
      return undefined;
    }
    const where = `${id} is on line ${Math.floor(before / HASHES)} already`;
    if (before % HASHES === hash) return { code: 'duplicate_id', detail: where };
    return { code: 'changed_row', detail: `${where}, with other content` };
  }
}

/** FNV-1a: a fast hash that need not be safe, as it only chooses between two refusals. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % HASHES;
}
