/** A kind of id that follows from the idempotency key, so that it is the same for every repeat of a request. */
export interface DerivedId {
  /** Part of what is hashed, so it is never renamed. */
  readonly kind: string;
  /** For people: `mv` makes `mv_…`. One to eight letters a to z. */
  readonly prefix: string;
}

/** The id of whatever moves money in or out of one wallet. */
export const MOVEMENT_ID: DerivedId = { kind: 'movement', prefix: 'mv' };
