import { hash } from 'node:crypto';
import type { Action } from '@tidemark/operations';

/** What makes two requests one operation. */
export interface OperationRequestKey {
  readonly caller: string;
  /** 1 to 255 visible ASCII characters. */
  readonly idempotencyKey: string;
  readonly projection: string;
  readonly action: Action;
}

/**
 * The id of an operation, the same for every repeat of the request: a UUID of version 8 (RFC 9562 §5.8), which is for
 * values of one's own making such as this hash.
 */
export function operationIdOf({ caller, idempotencyKey, projection, action }: OperationRequestKey): string {
  // The caller's name comes last: it is the only part that may hold a line feed, so no two inputs share a text.
  const digest = hash('sha256', ['operation', projection, action, idempotencyKey, caller].join('\n'), 'buffer');
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
