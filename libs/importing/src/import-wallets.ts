import type { CsvRow } from './csv/csv-row.js';
import type { RowProblem } from './mapping/row-problem.js';
import type { WalletRow } from './mapping/wallet-row.js';
import { IdsOfFile } from './ids-of-file.js';
import type { ImportCounts } from './import-counts.js';
import { readRow, reject, WINDOW_BYTES, WINDOW_ROWS, type ImportRequest, type OpenedFile } from './import-request.js';
import { OrderedWindow } from './ordered-window.js';
import { openWallet, placeWallet } from './wallet-opening.js';

interface Answer {
  readonly row: CsvRow;
  readonly opened?: { readonly walletId: string; readonly now: boolean };
  readonly problem?: RowProblem;
}

/** Opens the wallets of a wallets file, those that are open already excepted. */
export async function importWallets(
  { door, policy, regions, signal, observer }: ImportRequest,
  file: OpenedFile<WalletRow>,
  counts: ImportCounts,
): Promise<void> {
  let rows = 0;
  const window = new OrderedWindow<Answer>(
    WINDOW_ROWS,
    ({ row, opened, problem }) => {
      if (opened) counts.wallets.add(opened.walletId);
      if (opened?.now) counts.walletsOpened++;
      if (problem) {
        counts.walletsRejected++;
        reject(file, observer, row, problem);
      }
      observer.progress('wallets', { rows: ++rows, bytes: row.end, bytesAll: file.csv.bytes });
    },
    WINDOW_BYTES,
  );
  const ids = new IdsOfFile();
  let read = 0;
  for await (const row of file.rows()) {
    if (signal.aborted) {
      counts.interrupted = true;
      break;
    }
    const bytes = row.end - read;
    read = row.end;
    const found = readRow(row, file);
    if (!found) continue;
    const problem = 'problem' in found ? found.problem : ids.take(found.value.walletId, row.line, found.value.walletId);
    const placed = 'problem' in found || problem ? { problem: problem! } : placeWallet(found.value, regions);
    if ('problem' in placed) {
      await window.add(undefined, () => ({ row, problem: placed.problem }), { bytes });
      continue;
    }
    const { wallet } = placed;
    const open = async () => ({
      row,
      opened: { walletId: wallet.walletId, now: await openWallet(door, policy, wallet) },
    });
    await window.add(wallet.walletId, open, { bytes });
  }
  await window.drain();
}
