import { basename } from 'node:path';
import { openCsv, type CsvFile } from './csv/csv-file.js';
import { FileRefused } from './file-refused.js';
import { movementReader, type MovementRow } from './mapping/movement-row.js';
import { walletReader, type WalletRow } from './mapping/wallet-row.js';
import { ImportCounts, type ImportSummary, type ReadAs } from './import-counts.js';
import { importMovements } from './import-movements.js';
import type { ImportRequest, OpenedFile } from './import-request.js';
import { importWallets } from './import-wallets.js';
import { RejectsFile } from './rejects-file.js';
import { surveyFile, type SurveyedFile } from './survey/surveyed-file.js';

/**
 * Imports a file: first the wallets, then the movements, each wallet's from the oldest on. Everything has an
 * idempotency key of its own, so that an import may be interrupted anywhere and run again.
 *
 * Rows that cannot be booked are listed in the rejects file, and stop nothing else.
 *
 * @throws FileRefused, before anything is written, when a file is not the one that the mapping describes; whatever
 *   `CommandStrategy.execute` throws when the log cannot be written
 */
export async function importFile(request: ImportRequest): Promise<ImportSummary> {
  const { clock, observer } = request;
  const startedAt = clock();
  await using open = new AsyncDisposableStack();
  const wallets = await openWallets(request, open);
  const { movements, readAs } = await openMovements(request, open);
  const said = inWords(readAs);
  if (said !== '') observer.found(request.file, said);
  const counts = new ImportCounts();
  if (wallets) await importWallets(request, wallets, counts);
  await importMovements(request, movements, counts);
  return counts.summary({
    readAs,
    rejectsFile: movements.rejects.path ?? null,
    walletRejectsFile: wallets?.rejects.path ?? null,
    seconds: Math.round(clock() - startedAt) / 1000,
  });
}

async function openMovements(
  { file, mapping, currencies, rejectsFile, signal }: ImportRequest,
  open: AsyncDisposableStack,
): Promise<{ readonly movements: OpenedFile<MovementRow>; readonly readAs: ReadAs }> {
  const surveyed = open.adopt(
    await surveyFile({ path: file, mapping, currencies, signal }, (where, header, style) =>
      movementReader(where, header, mapping, currencies, style),
    ),
    ({ csv }) => csv.close(),
  );
  const { csv, read, rows } = surveyed;
  const rejects = rejectsOf(rejectsFile, csv, mapping.movements.id === undefined, open);
  return { movements: { path: file, csv, read, rows, rejects }, readAs: readAsOf(surveyed) };
}

/** @returns how a file was read, for people and scripts */
export function readAsOf({ csv: { form }, style, order }: SurveyedFile): ReadAs {
  const { format, delimiter, quote, headerLine, encoding } = form;
  return { format, encoding: encoding.name, delimiter, quote, headerLine, decimalMark: style.marks.decimal, order };
}

/** What is to be said: whatever is not as in most files. */
function inWords({ format, encoding, delimiter, quote, headerLine, decimalMark, order }: ReadAs): string {
  return [
    ...(format === 'csv' ? [] : [format]),
    ...(/^utf-?8$/i.test(encoding) ? [] : [`encoding ${encoding}`]),
    ...(delimiter === ',' ? [] : [`delimiter ${JSON.stringify(delimiter)}`]),
    ...(quote === '"' ? [] : [`quote ${quote}`]),
    ...(headerLine === 1 ? [] : [headerLine === 0 ? 'no header' : `header on line ${headerLine}`]),
    ...(decimalMark === '.' ? [] : [`decimal mark "${decimalMark}"`]),
    ...(order === 'newest first' ? [order] : []),
  ].join(', ');
}

async function openWallets(
  { walletsFile, mapping, rejectsFile }: ImportRequest,
  open: AsyncDisposableStack,
): Promise<OpenedFile<WalletRow> | undefined> {
  if (walletsFile === undefined) return undefined;
  const { wallets, encoding, delimiter, quote } = mapping;
  if (!wallets) throw new FileRefused('the mapping has no "wallets", so it does not describe the file of --wallets');
  const reader = (header: readonly string[], where: string) => walletReader(where, header, wallets, mapping);
  const form = { encoding, delimiter, quote, header: true, preamble: undefined, footer: 0 };
  const csv = open.adopt(await openCsv(walletsFile, form, (header, where) => void reader(header, where)), (file) =>
    file.close(),
  );
  const read = reader(csv.header, basename(walletsFile));
  const rejects = rejectsOf(besideIt(rejectsFile), csv, false, open);
  return { path: walletsFile, csv, read, rows: () => csv.rows(), rejects };
}

function rejectsOf(path: string, { form }: CsvFile, withIds: boolean, open: AsyncDisposableStack): RejectsFile {
  return open.adopt(RejectsFile.prepare(path, form, withIds), (rejects) => rejects.close());
}

/** `rejects.csv` becomes `rejects.wallets.csv`. */
function besideIt(path: string): string {
  return path.replace(/(\.[^./\\]*)?$/, '.wallets$1');
}
