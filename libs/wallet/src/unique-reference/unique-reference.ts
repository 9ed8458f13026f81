import type { Context } from '../declaring/command.js';
import { reject, type CodeOf, type Rejected } from '../declaring/decision.js';
import { defineFact, type FactAddress, type FactChange } from '../declaring/fact.js';
import { defineRejection } from '../declaring/rejection.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { id } from '../fields/fields.js';

/** The movement that took a reference for itself. The key is its kind and the reference. */
export const referenceTaken = defineFact('reference', { movementId: id });

/** What a reference is unique among, on one wallet. A transfer belongs to the wallet that it was sent to: its (first) source. */
export type ReferencedKind = 'deposit' | 'withdrawal' | 'transfer';

/** A command or an event whose reference may be declared unique. */
export interface Referenced {
  readonly details: MovementDetails;
  readonly uniqueReference?: true;
}

export const referenceMissing = defineRejection('reference_missing', {
  kind: 'refused',
  title: 'There is no reference that could be unique',
  meaning: '`uniqueReference` was given without a `reference`.',
  remedy: 'Send a reference with it, under a new key.',
})<{ walletId: string }>();

export const referenceUsed = defineRejection('reference_used', {
  kind: 'conflict',
  title: 'The reference was used before',
  meaning:
    'An earlier movement of the same kind on this wallet declared this reference unique. `details` has the id of that movement.',
  remedy:
    'It is done already, or it failed: read the movement that `details` names. For another one, send another reference.',
})<{ walletId: string; reference: string; movementId: string }>();

/** In the order in which they are tested. */
export const REFERENCE_REJECTIONS = [referenceMissing, referenceUsed] as const;

const NO_ADDRESSES: readonly FactAddress[] = [];
const NO_CHANGES: readonly FactChange[] = [];

/** What a command has to know (`facts`): nothing, unless it declares its reference unique. */
export function factsOfReference(kind: ReferencedKind, walletId: string, said: Referenced): readonly FactAddress[] {
  const { reference } = said.details;
  if (!said.uniqueReference || reference === undefined) return NO_ADDRESSES;
  return [referenceTaken.at(walletId, keyOf(kind, reference))];
}

/** What an event says (`facts`). */
export function takenReference(kind: ReferencedKind, movementId: string, said: Referenced): readonly FactChange[] {
  const { reference } = said.details;
  if (!said.uniqueReference || reference === undefined) return NO_CHANGES;
  return [referenceTaken.is(keyOf(kind, reference), { movementId })];
}

/** A rejection where a command declares a reference unique that it does not have, or that is taken. */
export function refuseReference(
  kind: ReferencedKind,
  walletId: string,
  { details: { reference }, uniqueReference }: Referenced,
  { factOf }: Pick<Context, 'factOf'>,
): Rejected<CodeOf<typeof REFERENCE_REJECTIONS>> | undefined {
  if (!uniqueReference) return undefined;
  if (reference === undefined) return reject(referenceMissing, { walletId });
  const taken = factOf(referenceTaken, walletId, keyOf(kind, reference));
  return taken && reject(referenceUsed, { walletId, reference, movementId: taken.movementId });
}

/** The property of an event whose command declared its reference unique. */
export function withUnique({
  uniqueReference,
}: Pick<Referenced, 'uniqueReference'>): Pick<Referenced, 'uniqueReference'> {
  return uniqueReference ? { uniqueReference } : {};
}

function keyOf(kind: ReferencedKind, reference: string): string {
  return `${kind} ${reference}`;
}
