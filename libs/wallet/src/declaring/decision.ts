import type { RejectionDefinition, RejectionOf } from './rejection.js';

/** One event and the wallet that it is appended to. */
export interface AddressedEvent<E = { readonly type: string }> {
  readonly walletId: string;
  readonly event: E;
}

export interface Accepted<E = { readonly type: string }> {
  readonly kind: 'accepted';
  readonly events: readonly AddressedEvent<E>[];
}

/** @typeParam C the codes that it may have */
export interface Rejected<C extends string = string> {
  readonly kind: 'rejected';
  readonly rejection: RejectionOf<C>;
}

/** @typeParam C the codes that it may be rejected with */
export type Decision<C extends string = string> = Accepted | Rejected<C>;

/** The codes of some rejections, as a type: `CodeOf<typeof MONEY_IN_REJECTIONS>`. */
export type CodeOf<R extends readonly RejectionDefinition[]> = R[number]['code'];

export function accept(...events: readonly AddressedEvent[]): Accepted {
  return { kind: 'accepted', events };
}

export function reject<C extends string, D extends object>(
  { code }: RejectionDefinition<C, D>,
  details: D,
): Rejected<C> {
  return { kind: 'rejected', rejection: { code, details } };
}
