import type { ImportRequest } from './import-request.js';
import type { MovementRow } from './mapping/movement-row.js';
import { bookMovement, type Booking, type Sequence } from './movement-booking.js';

/**
 * Books the movements of one row, one after another. Where one is refused, those after it are not sent.
 *
 * @throws what `bookMovement` throws
 */
export async function bookRow(
  { door, database, policy }: Pick<ImportRequest, 'door' | 'database' | 'policy'>,
  { more, ...first }: MovementRow,
  sequence: Sequence,
): Promise<Booking> {
  const booking = await bookMovement(door, database, policy, first, sequence);
  let kind = booking.kind;
  if (booking.kind === 'rejected') return booking;
  for (const [i, movement] of more.entries()) {
    const next = await bookMovement(door, database, policy, movement, sequence);
    if (next.kind === 'rejected') {
      return { ...next, stands: i + 1, detail: `the rest of the row is booked, this is not: ${next.detail}` };
    }
    if (next.kind === 'booked') kind = 'booked';
  }
  return { kind } as Booking;
}
