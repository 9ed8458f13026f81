import { openCsv, type CsvFile } from './csv/csv-file.js';
import { FileRefused } from './file-refused.js';
import { movementReader, type MovementRow } from './mapping/movement-row.js';
import { walletReader, type WalletRow } from './mapping/wallet-row.js';
import { ImportCounts, type ImportSummary } from './import-counts.js';
import { importMovements } from './import-movements.js';
import type { ImportRequest, OpenedFile } from './import-request.js';
import { importWallets } from './import-wallets.js';
import { RejectsFile } from './rejects-file.js';

/**
 * Imports a CSV file: first the wallets, then the movements, each wallet's in the order of the file. Everything has an
 * idempotency key of its own, so that an import may be interrupted anywhere and run again.
 *
 * Rows that cannot be booked are listed in the rejects file, and stop nothing else.
 *
 * @throws FileRefused, before anything is written, when a file is not the one that the mapping describes; whatever
 *   `CommandStrategy.execute` throws when the log cannot be written
 */
export async function importFile(request: ImportRequest): Promise<ImportSummary> {
  const { clock } = request;
  const startedAt = clock();
  await using open = new AsyncDisposableStack();
  const wallets = await openWallets(request, open);
  const movements = await openMovements(request, open);
  const counts = new ImportCounts();
  if (wallets) await importWallets(request, wallets, counts);
  await importMovements(request, movements, counts);
  return counts.summary({
    rejectsFile: movements.rejects.path ?? null,
    walletRejectsFile: wallets?.rejects.path ?? null,
    seconds: Math.round(clock() - startedAt) / 1000,
  });
}

async function openMovements(
  { file, mapping, currencies, rejectsFile }: ImportRequest,
  open: AsyncDisposableStack,
): Promise<OpenedFile<MovementRow>> {
  const csv = await openFile(file, mapping.delimiter, open);
  const read = movementReader(file, csv.header, mapping, currencies);
  return { path: file, csv, read, rejects: rejectsOf(rejectsFile, csv, open) };
}

async function openWallets(
  { walletsFile, mapping, rejectsFile }: ImportRequest,
  open: AsyncDisposableStack,
): Promise<OpenedFile<WalletRow> | undefined> {
  if (walletsFile === undefined) return undefined;
  const { wallets, walletPrefix, delimiter } = mapping;
  if (!wallets) throw new FileRefused('the mapping has no "wallets", so it does not describe the file of --wallets');
  const csv = await openFile(walletsFile, delimiter, open);
  const read = walletReader(walletsFile, csv.header, wallets, walletPrefix);
  return { path: walletsFile, csv, read, rejects: rejectsOf(besideIt(rejectsFile), csv, open) };
}

async function openFile(path: string, delimiter: string, open: AsyncDisposableStack): Promise<CsvFile> {
  return open.adopt(await openCsv(path, delimiter), (csv) => csv.close());
}

function rejectsOf(path: string, { header }: CsvFile, open: AsyncDisposableStack): RejectsFile {
  return open.adopt(RejectsFile.prepare(path, header), (rejects) => rejects.close());
}

/** `rejects.csv` becomes `rejects.wallets.csv`. */
function besideIt(path: string): string {
  return path.replace(/(\.[^./\\]*)?$/, '.wallets$1');
}
