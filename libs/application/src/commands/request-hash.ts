import { hash } from 'node:crypto';
import { requestText, type WalletCommand } from '@tidemark/wallet';

/** Tells a repeat of a request from a reuse of its key: base64url sha256 over the command as it was understood. */
export function requestHash(command: WalletCommand): string {
  return hash('sha256', requestText(command), 'base64url');
}
