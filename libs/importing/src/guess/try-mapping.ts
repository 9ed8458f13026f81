import type { KnownCurrencies } from '../amounts/amount-columns.js';
import { parseMapping } from '../mapping/mapping.js';
import { movementReader, type Movement } from '../mapping/movement-row.js';
import { claimReader } from '../claim-reader.js';
import { readRow } from '../import-request.js';
import { RunningCheck, type RunningBalances } from '../survey/running-balances.js';
import { surveyFile } from '../survey/surveyed-file.js';
import type { Order } from '../survey/order-survey.js';
import { orProblem } from '../mapping/row-problem.js';
import { Totals, type AmountsByCurrency } from '../totals.js';

/** A row as it would be booked. */
export interface TriedRow {
  readonly line: number;
  readonly walletId: string;
  /** Negative where it takes. */
  readonly amount: string;
  readonly currency: string;
  readonly effectiveAt: string | null;
  readonly description: string | null;
}

/** What a mapping would book of a file. */
export interface Trial {
  readonly order: Order;
  readonly read: number;
  readonly problems: readonly { readonly line: number; readonly detail: string }[];
  /** Rows that cannot be read, in all. */
  readonly refused: number;
  readonly skipped: number;
  readonly rows: readonly TriedRow[];
  readonly credits: AmountsByCurrency;
  readonly debits: AmountsByCurrency;
  readonly net: AmountsByCurrency;
  readonly running: RunningBalances;
}

/** Rows and problems that are shown. */
const SHOWN_MAX = 10;

/**
 * Reads all of a file by a mapping, and books nothing.
 *
 * @throws FileRefused when the file is not the one that the mapping describes
 */
export async function tryMapping(
  path: string,
  json: object,
  currencies: KnownCurrencies,
  signal: AbortSignal,
): Promise<Trial> {
  const mapping = parseMapping(JSON.stringify(json));
  const file = await surveyFile({ path, mapping, currencies, signal }, (where, header, style) => ({
    read: movementReader(where, header, mapping, currencies, style),
    claim:
      mapping.movements.balance === undefined
        ? undefined
        : claimReader(where, header, mapping, currencies, style, undefined),
  }));
  const totals = new Totals();
  const running = new RunningCheck();
  const rows: TriedRow[] = [];
  const problems: Trial['problems'][number][] = [];
  const counts = { read: 0, refused: 0, skipped: 0 };
  try {
    for await (const row of file.rows()) {
      signal.throwIfAborted();
      const found = readRow(row, { read: file.read.read });
      if (!found) {
        counts.skipped++;
        continue;
      }
      counts.read++;
      if ('problem' in found) {
        counts.refused++;
        if (problems.length < SHOWN_MAX) problems.push({ line: row.line, detail: found.problem.detail });
        continue;
      }
      const all = [found.value, ...found.value.more];
      for (const movement of all) totals.add(movement);
      running.move(all);
      const claim = file.read.claim && orProblem(() => file.read.claim!(row.fields));
      if (claim && 'value' in claim && claim.value?.balance)
        running.claim(row.line, claim.value.walletId!, claim.value.balance);
      if (rows.length < SHOWN_MAX) rows.push(...all.map((movement) => rowOf(row.line, movement)));
    }
  } finally {
    await file.csv.close();
  }
  return { order: file.order, ...counts, problems, rows, ...totals.toJSON(), running: running.result() };
}

function rowOf(line: number, { walletId, direction, amount, details }: Movement): TriedRow {
  return {
    ...{ line, walletId, amount: `${direction === 'debit' ? '-' : ''}${amount}`, currency: amount.currency.code },
    ...{ effectiveAt: details.effectiveAt ?? null, description: details.description ?? null },
  };
}
