import { hash } from 'node:crypto';

/** The link before a wallet's first event. */
export const CHAIN_START = '0'.repeat(64);

/**
 * The next link of a wallet's hash chain: sha256 over the previous link (64 lower-case hex digits) and the canonical
 * text of the event (`canonicalEvent` in libs/wallet). Returns 64 lower-case hex digits.
 */
export function chain(previous: string, canonical: string): string {
  return hash('sha256', previous + canonical, 'hex');
}
