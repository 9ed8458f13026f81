import type { CsvRow } from './csv/csv-file.js';
import type { MovementRow } from './mapping/movement-row.js';
import type { ImportCounts } from './import-counts.js';
import {
  readRow,
  reject,
  WINDOW_BYTES,
  WINDOW_ROWS,
  type ImportRequest,
  type LinesOfIds,
  type OpenedFile,
} from './import-request.js';
import { bookMovement, type Booking } from './movement-booking.js';
import { OrderedWindow } from './ordered-window.js';
import { openOnFirstUse } from './wallet-opening.js';

interface Answer {
  readonly row: CsvRow;
  /** Absent where the row could not be read. */
  readonly movement?: MovementRow;
  readonly booking: Booking;
}

/** Books the movements of a file, each wallet's one after another in the order of the file. */
export async function importMovements(
  request: ImportRequest,
  file: OpenedFile<MovementRow>,
  counts: ImportCounts,
): Promise<void> {
  const { door, database, policy, mapping, signal, observer } = request;
  const window = new OrderedWindow<Answer>(
    WINDOW_ROWS,
    ({ row, movement, booking }) => {
      counts.count(booking, movement);
      if (booking.kind === 'rejected') reject(file, observer, row, booking);
      observer.progress('movements', { rows: counts.read, bytes: row.end, bytesAll: file.csv.bytes });
    },
    WINDOW_BYTES,
  );
  const ids: LinesOfIds = new Map();
  let read = 0;
  for await (const row of file.csv.rows()) {
    if (signal.aborted) {
      counts.interrupted = true;
      break;
    }
    const bytes = row.end - read;
    read = row.end;
    const found = readRow(row, file, ids, ({ id }) => id);
    if ('problem' in found) {
      await window.add(undefined, () => ({ row, booking: { kind: 'rejected', ...found.problem } }), bytes);
      continue;
    }
    const movement = found.value;
    // Within one wallet a row is sent when the one before it is answered: a refusal depends on what stands before it, and
    // must come out the same when the import is cut off in between and run again.
    await window.add(
      movement.walletId,
      async () => {
        if (mapping.openWallets) await openOnFirstUse(request, movement.walletId, counts);
        return { row, movement, booking: await bookMovement(door, database, policy, movement) };
      },
      bytes,
    );
  }
  await window.drain();
}
