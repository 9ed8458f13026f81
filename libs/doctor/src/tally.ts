/** Enough that one wrong wallet leaves few others to be looked at again: half a megabyte. */
const BUCKETS = 65_536;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Whether two walks in different orders met the same things, in memory that does not grow with them: sums of 64-bit
 * hashes, in buckets of wallets. A bucket that does not come to nothing says which wallets to look at again. So what is in
 * order costs two scans, and only what is not costs a lookup each.
 */
export class Tally {
  private readonly sums = new Int32Array(BUCKETS * 2);

  /** @param what tells the thing from all others of its wallet */
  add(walletId: string, what: string): void {
    this.count(walletId, what, 1);
  }

  subtract(walletId: string, what: string): void {
    this.count(walletId, what, -1);
  }

  /** Whether the wallet is among those for which the two walks differ. */
  differsFor(walletId: string): boolean {
    const at = bucketOf(walletId);
    return this.sums[at] !== 0 || this.sums[at + 1] !== 0;
  }

  get differs(): boolean {
    return this.sums.some((sum) => sum !== 0);
  }

  private count(walletId: string, what: string, times: 1 | -1): void {
    const at = bucketOf(walletId);
    const text = `${walletId}\n${what}`;
    // An Int32Array keeps the low 32 bits of whatever is stored.
    this.sums[at]! += times * fnv(text, FNV_OFFSET_BASIS);
    this.sums[at + 1]! += times * fnv(text, FNV_PRIME);
  }
}

function bucketOf(walletId: string): number {
  return (fnv(walletId, FNV_OFFSET_BASIS) % BUCKETS) * 2;
}

/** FNV-1a, 32 bit, https://www.rfc-editor.org/rfc/rfc9923; the basis makes it one of several. */
function fnv(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}
