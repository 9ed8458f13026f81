/** How many slices the wallets fall into. Fixed for ever: checkpoints and leases are kept by shard. */
export const SHARDS = 64;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The shard of a wallet, 0 to 63, fixed for ever.
 *
 * Source: FNV-1a, 32 bit, over the UTF-16 code units of the id (ids are ASCII), https://www.rfc-editor.org/rfc/rfc9923.
 */
export function shardOf(walletId: string): number {
  let hash = FNV_OFFSET_BASIS;
  for (let i = 0; i < walletId.length; i++) hash = Math.imul(hash ^ walletId.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0) % SHARDS;
}
