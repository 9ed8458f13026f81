import type { RejectionDefinition, RejectionOf } from './rejection.js';

/** One event and the wallet that it is appended to. */
export interface AddressedEvent<E = { readonly type: string }> {
  readonly walletId: string;
  readonly event: E;
}

export type Decision<E = { readonly type: string }, R = RejectionOf> =
  | { readonly kind: 'accepted'; readonly events: readonly AddressedEvent<E>[] }
  | { readonly kind: 'rejected'; readonly rejection: R };

export function accept(...events: readonly AddressedEvent[]): Decision {
  return { kind: 'accepted', events };
}

export function reject<C extends string, D extends object>({ code }: RejectionDefinition<C, D>, details: D): Decision {
  return { kind: 'rejected', rejection: { code, details } };
}
