import type { CsvRow } from './csv/csv-row.js';
import { DerivedIds } from './mapping/movement-id.js';
import type { MovementRow } from './mapping/movement-row.js';
import { IdsOfFile } from './ids-of-file.js';
import type { ImportCounts } from './import-counts.js';
import { readRow, reject, WINDOW_BYTES, WINDOW_ROWS, type ImportRequest, type OpenedFile } from './import-request.js';
import type { Booking } from './movement-booking.js';
import { OrderedWindow } from './ordered-window.js';
import { bookRow } from './row-booking.js';
import { openOnFirstUse } from './wallet-opening.js';

interface Answer {
  readonly row: CsvRow;
  /** Absent where the row could not be read. */
  readonly movement?: MovementRow;
  readonly booking: Booking;
}

/** Books the movements of a file, each wallet's in the order of the file, the oldest first. */
export async function importMovements(
  request: ImportRequest,
  file: OpenedFile<MovementRow>,
  counts: ImportCounts,
): Promise<void> {
  const { policy, mapping, signal, observer } = request;
  const hasIds = mapping.movements.id !== undefined;
  const unreadable = new DerivedIds();
  const sequence = { broken: false };
  // A row of several movements stops where one is refused, and may concern two wallets. A row that is decided again is sent twice.
  const isOfSeveral = mapping.movements.fee !== undefined || mapping.movements.exchange !== undefined;
  const alone = isOfSeveral || policy.retryRejected;
  const window = new OrderedWindow<Answer>(
    WINDOW_ROWS,
    ({ row, movement, booking }) => {
      counts.count(booking, movement);
      if (booking.kind === 'rejected') {
        const id = hasIds ? undefined : (movement?.id ?? unreadable.next(['unreadable', ...row.fields]));
        reject(file, observer, row, booking, id);
      }
      observer.progress('movements', { rows: counts.read, bytes, bytesAll: file.csv.bytes });
    },
    WINDOW_BYTES,
  );
  const ids = hasIds ? new IdsOfFile() : undefined;
  let bytes = 0;
  let end: number | undefined;
  for await (const row of file.rows()) {
    if (signal.aborted) {
      counts.interrupted = true;
      break;
    }
    // Of a file that is read from its end, each row stands before the last.
    const rowBytes = Math.abs(row.end - (end ?? row.end));
    end = row.end;
    bytes += rowBytes;
    const found = readRow(row, file);
    if (!found) {
      counts.skipped++;
      continue;
    }
    const problem = 'problem' in found ? found.problem : ids?.take(found.value.id, row.line, contentOf(found.value));
    if (problem || 'problem' in found) {
      await window.add(undefined, () => ({ row, booking: { kind: 'rejected', ...problem! } }), { bytes: rowBytes });
      continue;
    }
    const movement = found.value;
    // Whether a movement is refused depends on what stands before it. The store keeps the order in which one wallet's commands are sent.
    await window.add(
      isOfSeveral ? 'all' : movement.walletId,
      async () => {
        if (mapping.openWallets) await openOnFirstUse(request, movement, counts);
        return { row, movement, booking: await bookRow(request, movement, sequence) };
      },
      { bytes: rowBytes, alone },
    );
  }
  await window.drain();
}

function contentOf({ id: _, more, ...movement }: MovementRow): string {
  return JSON.stringify([movement, more]);
}
