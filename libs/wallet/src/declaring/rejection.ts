/**
 * Which kind of no it is:
 * `not_found`: what the command names is not there; `conflict`: it is there already; `condition`: the caller's own condition is
 * not met; `refused`: a rule forbids it.
 */
export type RejectionKind = 'not_found' | 'conflict' | 'condition' | 'refused';

/** A reason to say no. Its code and details are part of the public surface. */
export interface RejectionDefinition<C extends string = string, D extends object = object> {
  readonly code: C;
  readonly kind: RejectionKind;
  /** One short line for people, as the `title` of a problem. */
  readonly title: string;
  /** What has happened, in one or two sentences. */
  readonly meaning: string;
  /** What the caller should do, in one or two sentences. */
  readonly remedy: string;
  /** Only for the type: the facts that the rejection tells. */
  readonly details?: D;
}

/** A rejection as a value. Amounts are `Money`. */
export interface RejectionOf<C extends string = string, D extends object = object> {
  readonly code: C;
  readonly details: D;
}

/** Declares a reason to say no: `defineRejection('same_wallet', {…})<{ walletId: string }>()`. */
export function defineRejection<const C extends string>(
  code: C,
  says: Pick<RejectionDefinition, 'kind' | 'title' | 'meaning' | 'remedy'>,
): <D extends object>() => RejectionDefinition<C, D> {
  return () => ({ code, ...says });
}
