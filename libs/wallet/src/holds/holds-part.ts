import { definePart } from '../declaring/part.js';
import { defineRejection } from '../declaring/rejection.js';
import {
  anyOpenAt,
  currenciesOf,
  decodeReservations,
  encodeReservations,
  heldAt,
  NO_RESERVATIONS,
  openAt,
  type Reservation,
  type Reservations,
} from '../reservations.js';
import type { Wallet } from '../wallet.js';

/** The open holds are part of the state, which must stay small: each is some 100 bytes of it. */
export const HOLDS_MAX = 1_000;
/** An id, an amount of 49 characters, a currency of 12 and a time. */
const HOLD_CHARACTERS_MAX = 150;

/** Heap of one hold, measured (Node 24). */
const HOLD_BYTES = 500;

/** The holds of a wallet that are neither captured whole, voided, nor expired and written down as such. */
export const holds = definePart<Reservations>('holds', {
  initial: NO_RESERVATIONS,
  charactersMax: HOLDS_MAX * HOLD_CHARACTERS_MAX,
  encode: (all) => encodeReservations(all),
  decode: (rows: never) => decodeReservations<Reservation>(rows, NO_RESERVATIONS, () => ({})),
  reserved: heldAt,
  currencies: currenciesOf,
  busy: anyOpenAt,
  heapBytes: ({ byId }) => byId.size * HOLD_BYTES,
});

export const holdNotOpen = defineRejection('hold_not_open', {
  kind: 'conflict',
  title: 'The wallet has no open hold of that id',
  meaning: 'The hold was captured whole, voided, or has expired; or no hold has this id.',
  remedy: 'It was captured, voided or has expired, or never existed. Its events tell which.',
})<{ walletId: string; holdId: string }>();

/** What is left of a hold that still binds; undefined where none does. */
export function openHold(wallet: Wallet, holdId: string, now: string): Reservation | undefined {
  return openAt(holds.of(wallet), holdId, now);
}

/** What is wrong with an event of a hold that the wallet did not have. */
export function withoutHold(holdId: string, before: Wallet | undefined): string | undefined {
  return !before || holds.of(before).byId.has(holdId) ? undefined : `there is no open hold ${holdId}`;
}
