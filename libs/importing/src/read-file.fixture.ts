import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currency, CurrencyTable } from '@tidemark/money';
import { readRow } from './import-request.js';
import { IdsOfFile } from './ids-of-file.js';
import { parseMapping } from './mapping/mapping.js';
import { movementReader, type Movement } from './mapping/movement-row.js';
import { surveyFile } from './survey/surveyed-file.js';
import { Totals } from './totals.js';

export const CURRENCIES = CurrencyTable.iso4217().with(currency('BTC', 8), currency('ETH', 18), currency('DOT', 10));

/** What a file is read as, without any database: the stages that stand before the booking. */
export interface ReadFile {
  readonly movements: readonly Movement[];
  readonly problems: readonly { readonly line: number; readonly code: string; readonly detail: string }[];
  readonly skipped: number;
  readonly order: string;
  readonly form: {
    readonly delimiter: string;
    readonly headerLine: number;
    readonly encoding: { readonly name: string };
  };
  readonly net: Record<string, string>;
  /** Net by wallet: `a` to `{ EUR: '1.00' }`. */
  readonly wallets: Record<string, Record<string, string>>;
}

/** Reads a file by a mapping as an import does. @param mapping without source */
export async function readFile(content: string | Buffer, mapping: object, name = 'file.csv'): Promise<ReadFile> {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-form-'));
  try {
    const path = join(directory, name);
    writeFileSync(path, content);
    const parsed = parseMapping(JSON.stringify({ source: 's', ...mapping }));
    const file = await surveyFile(
      { path, mapping: parsed, currencies: CURRENCIES, signal: new AbortController().signal },
      (where, header, style) => movementReader(where, header, parsed, CURRENCIES, style),
    );
    try {
      return await readAll(file);
    } finally {
      await file.csv.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

type Surveyed = Awaited<ReturnType<typeof surveyFile<ReturnType<typeof movementReader>>>>;

async function readAll({ csv, order, read, rows }: Surveyed): Promise<ReadFile> {
  const movements: Movement[] = [];
  const problems: ReadFile['problems'][number][] = [];
  const totals = new Totals();
  const wallets = new Map<string, Totals>();
  const ids = new IdsOfFile();
  let skipped = 0;
  for await (const row of rows()) {
    const found = readRow(row, { read });
    if (!found) {
      skipped++;
      continue;
    }
    const problem =
      'problem' in found ? found.problem : ids.take(found.value.id, row.line, JSON.stringify(found.value));
    if (problem || 'problem' in found) {
      problems.push({ line: row.line, ...problem! });
      continue;
    }
    const { more, ...main } = found.value;
    for (const movement of [main, ...more]) {
      movements.push(movement);
      totals.add(movement);
      const wallet = wallets.get(movement.walletId) ?? new Totals();
      wallets.set(movement.walletId, wallet);
      wallet.add(movement);
    }
  }
  return {
    ...{ movements, problems, skipped, order, form: csv.form },
    net: totals.toJSON().net,
    wallets: Object.fromEntries([...wallets].map(([walletId, sums]) => [walletId, sums.toJSON().net])),
  };
}
