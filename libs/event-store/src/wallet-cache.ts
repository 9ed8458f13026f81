import { partsHeapBytes } from '@tidemark/wallet';
import { LRUCache } from 'lru-cache';
import type { KnownFact, WalletHead } from './draft.js';
import type { Limits } from './limits.js';
import type { CachedWallet } from './pending-command.js';

/**
 * Wallets in memory: those in use, which cannot be evicted (a second copy would race against the first), and as many
 * idle ones as fit.
 */
export class WalletCache {
  private readonly inUse = new Map<string, CachedWallet>();
  private readonly idle: LRUCache<string, CachedWallet>;

  constructor({ idleWalletsMax, idleWalletsBytesMax }: Pick<Limits, 'idleWalletsMax' | 'idleWalletsBytesMax'>) {
    this.idle = new LRUCache({ max: idleWalletsMax, maxSize: idleWalletsBytesMax, sizeCalculation: bytesOf });
  }

  find(walletId: string): CachedWallet | undefined {
    return this.inUse.get(walletId) ?? this.idle.get(walletId);
  }

  /** Takes in what was read of a wallet, which may be in memory already. */
  offer(head: WalletHead, loadedAt: number): CachedWallet {
    const present = this.find(head.walletId);
    if (present) {
      refresh(present, head, loadedAt);
      return present;
    }
    const fresh = { head, loadedAt, reads: 0, durable: 0, queue: undefined, users: 0, waiters: [], cooling: false };
    this.idle.set(head.walletId, fresh);
    return fresh;
  }

  pin(wallet: CachedWallet): void {
    const { walletId } = wallet.head;
    if (this.inUse.has(walletId)) return;
    this.idle.delete(walletId);
    this.inUse.set(walletId, wallet);
  }

  unpin(wallet: CachedWallet): void {
    const { walletId } = wallet.head;
    this.inUse.delete(walletId);
    if (wallet.head.facts) wallet.head = { ...wallet.head, facts: undefined };
    // That a wallet does not exist is nothing to remember: any process may open it next.
    if (wallet.head.wallet.status !== 'absent') this.idle.set(walletId, wallet);
  }
}

/**
 * Brings a wallet in memory up to what was read of it. A higher version always counts, because the log takes nothing back.
 * Otherwise the head stays: an opening that arrived during the read may have given it a region.
 *
 * @param loadedAt when the read was sent, in milliseconds of the monotonic clock
 */
export function refresh(wallet: CachedWallet, found: WalletHead, loadedAt: number): void {
  if (found.wallet.version > wallet.head.wallet.version) {
    wallet.head = found;
    wallet.reads++;
  }
  wallet.loadedAt = loadedAt;
}

/** Facts that a wallet in use keeps in memory. Beyond this number it forgets those that are written. */
const KNOWN_FACTS_MAX = 1_000;

/**
 * Adds a fact that was read. A fact that a command in memory has changed since then stays as it is.
 *
 * @param reads of the wallet when the facts were asked for
 * @returns false when the wallet was read again meanwhile: another process may have changed the facts
 */
export function learn(wallet: CachedWallet, reads: number, key: string, value: string | undefined): boolean {
  if (wallet.reads !== reads) return false;
  const known = wallet.head.facts ?? new Map<string, KnownFact>();
  if (known.has(key)) return true;
  const kept = known.size < KNOWN_FACTS_MAX ? known : [...known].filter(([, { version }]) => version > wallet.durable);
  wallet.head = { ...wallet.head, facts: new Map([...kept, [key, { value, version: 0 }]]) };
  return true;
}

/** Heap of an idle wallet, measured (Node 24): its objects, its id, hash and place in the cache, and each of its balances. */
const WALLET_BYTES = 600;
const BALANCE_BYTES = 600;

function bytesOf({ head }: CachedWallet): number {
  return WALLET_BYTES + BALANCE_BYTES * Object.keys(head.wallet.balances).length + partsHeapBytes(head.wallet);
}
