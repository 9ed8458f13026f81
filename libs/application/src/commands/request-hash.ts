import { hash } from 'node:crypto';
import { requestText, type OpenWallet, type WalletCommand } from '@tidemark/wallet';

/** An opening as it was asked for: without a region it is to go to the one of the process that is asked. */
export type AskedOpening = Omit<OpenWallet, 'homeRegion'> & { readonly homeRegion?: string | undefined };

/** What a request is recognised by. */
export interface RequestHashes {
  readonly requestHash: string;
  readonly formerHashes?: readonly string[];
}

/**
 * Tells a repeat of a request from a reuse of its key: base64url sha256 over the command as it was understood. What the process
 * adds by itself is left out, or a repeat that reaches another process would be another request.
 */
export function requestHash(command: WalletCommand | AskedOpening): string {
  return hash('sha256', requestText(command as WalletCommand), 'base64url');
}

/**
 * The hashes of an opening. Earlier versions hashed the region that their process added; so an opening that names none is also
 * recognised with any region of the installation.
 */
export function openingHashes(asked: AskedOpening, regions: readonly string[]): RequestHashes {
  if (asked.homeRegion !== undefined) return { requestHash: requestHash(asked) };
  const formerHashes = regions.map((homeRegion) => requestHash({ ...asked, homeRegion }));
  return { requestHash: requestHash(asked), formerHashes };
}
