import type { Database } from '@tidemark/database';
import { Money } from '@tidemark/money';
import { startOfDay } from '@tidemark/wallet';
import type { KnownCurrencies } from './amounts/amount-columns.js';
import { claimReader } from './claim-reader.js';
import type { CsvRow } from './csv/csv-row.js';
import { FileRefused } from './file-refused.js';
import type { ClaimedBalance } from './mapping/claimed-balance.js';
import type { Mapping } from './mapping/mapping.js';
import type { Progress } from './import-request.js';
import { orProblem } from './mapping/row-problem.js';
import { balancesBefore, balancesNow } from './reconciling-balances.js';
import { RunningCheck, type RunningBalances } from './survey/running-balances.js';
import { surveyFile } from './survey/surveyed-file.js';

/** Wallets read in one query: their events since the last snapshot are in memory together. */
const WALLETS_AT_ONCE = 300;

/** A wallet that does not hold what the file claims. Amounts are canonical; `difference` is ours less theirs. */
export interface Break {
  readonly walletId: string;
  readonly currency: string;
  readonly ours: string;
  readonly theirs: string;
  readonly difference: string;
  /** Set where there is no such wallet. */
  readonly missing?: true;
}

/** What `tidemark reconcile --json` prints (DESIGN §9), and some more. */
export interface Reconciliation {
  /** Wallets in the file. */
  readonly wallets: number;
  readonly matching: number;
  /** Sorted by wallet id, then currency. */
  readonly breaks: readonly Break[];
  /** The sum of the differences by currency: what all our wallets hold more than the file claims. */
  readonly differenceTotal: Readonly<Record<string, string>>;
  /** The sum of their absolute values, so that no break hides behind another. */
  readonly differenceAbsolute: Readonly<Record<string, string>>;
  /** Rows that could not be read, and say nothing about any wallet. */
  readonly unreadable: number;
  /** Whether the balances of the file follow from its amounts. */
  readonly running: RunningBalances;
}

export interface ReconcileRequest {
  readonly file: string;
  readonly mapping: Mapping;
  readonly database: Pick<Database, 'query' | 'engine'>;
  readonly currencies: KnownCurrencies;
  /** A day such as `2026-01-31`: compares what was held at its end (UTC) by the time of effect. Absent: what is held now. */
  readonly at?: string | undefined;
  readonly signal: AbortSignal;
  readonly observer: {
    progress(what: string, at: Progress): void;
    unreadable(row: CsvRow, problem: string): void;
  };
}

/**
 * Compares what wallets hold with what a file claims: the balance in the latest row of each wallet and currency.
 * Memory grows with the number of wallets, not with the file.
 *
 * @throws FileRefused when the file is not the one that the mapping describes; what the signal aborts with; whatever the
 *   database says
 */
export async function reconcileFile(request: ReconcileRequest): Promise<Reconciliation> {
  const { claims, unreadable, running } = await readClaims(request);
  const walletIds = [...claims.keys()].sort();
  const breaks: Break[] = [];
  for (let at = 0; at < walletIds.length; at += WALLETS_AT_ONCE) {
    request.signal.throwIfAborted();
    const some = walletIds.slice(at, at + WALLETS_AT_ONCE);
    const held =
      request.at === undefined
        ? await balancesNow(request.database, some, (walletId) => [...claims.get(walletId)!.values()])
        : await balancesBefore(request.database, some, endOf(request.at));
    for (const walletId of some) breaks.push(...compare(walletId, held.get(walletId), claims.get(walletId)!));
    const rows = at + some.length;
    request.observer.progress('wallets', { rows, bytes: rows, bytesAll: walletIds.length });
  }
  const broken = new Set(breaks.map(({ walletId }) => walletId));
  return {
    wallets: claims.size,
    matching: claims.size - broken.size,
    breaks,
    differenceTotal: totalOf(breaks, (difference) => difference),
    differenceAbsolute: totalOf(breaks, (difference) => difference.abs()),
    unreadable,
    running,
  };
}

/** By wallet, then by currency. */
type Claims = Map<string, Map<string, Money>>;

async function readClaims({ file, mapping, currencies, at, signal, observer }: ReconcileRequest) {
  const claims: Claims = new Map();
  const latest = new Map<string, string>();
  const running = new RunningCheck();
  let unreadable = 0;
  let rows = 0;
  const surveyed = await surveyFile({ path: file, mapping, currencies, signal }, (where, header, style) =>
    claimReader(where, header, mapping, currencies, style, at),
  );
  const { csv, read, order } = surveyed;
  try {
    let bytes = 0;
    let end: number | undefined;
    for await (const row of surveyed.rows()) {
      signal.throwIfAborted();
      bytes += Math.abs(row.end - (end ?? row.end));
      end = row.end;
      const found = claimOf(row, read);
      if ('problem' in found) {
        unreadable++;
        observer.unreadable(row, found.problem.detail);
      } else if (found.value && (at === undefined || found.value.at < endOf(at))) {
        const { walletId, balance, movements, at: time } = found.value;
        running.move(movements ?? []);
        if (!walletId || !balance) continue;
        if (movements) running.claim(row.line, walletId, balance);
        const key = `${walletId} ${balance.currency.code}`;
        // Where neither dates nor balances tell the order, at least the latest date is no earlier claim.
        if (order !== 'as it is' || time >= (latest.get(key) ?? '')) {
          latest.set(key, time);
          keep(claims, { walletId, balance });
        }
      }
      observer.progress('rows', { rows: ++rows, bytes, bytesAll: csv.bytes });
    }
  } finally {
    await csv.close();
  }
  return { claims, unreadable, running: running.result() };
}

function claimOf<T>(row: CsvRow, read: (fields: readonly string[]) => T) {
  if (row.problem !== undefined) return { problem: { detail: row.problem } };
  return orProblem(() => read(row.fields));
}

/** The instant after the last of a day, in UTC. @throws FileRefused for anything but a day */
function endOf(day: string): string {
  const start = startOfDay(day);
  if (start === undefined) throw new FileRefused(`"${day}" is not a day such as 2026-01-31`);
  return new Date(Date.parse(start) + DAY_MS).toISOString();
}

const DAY_MS = 86_400_000;

function keep(claims: Claims, { walletId, balance }: ClaimedBalance): void {
  const ofWallet = claims.get(walletId) ?? new Map<string, Money>();
  claims.set(walletId, ofWallet.set(balance.currency.code, balance));
}

function compare(
  walletId: string,
  held: ReadonlyMap<string, Money> | undefined,
  claims: ReadonlyMap<string, Money>,
): Break[] {
  return [...claims].sort(byCode).flatMap(([code, theirs]) => {
    const ours = held?.get(code) ?? Money.zero(theirs.currency);
    if (held && ours.equals(theirs)) return [];
    const amounts = { ours: `${ours}`, theirs: `${theirs}`, difference: `${ours.minus(theirs)}` };
    return [{ walletId, currency: code, ...amounts, ...(!held && { missing: true as const }) }];
  });
}

function totalOf(breaks: readonly Break[], counted: (difference: Money) => Money): Record<string, string> {
  const totals = new Map<string, Money>();
  for (const { currency, difference } of breaks) {
    const amount = counted(Money.fromCanonical(difference, currency));
    totals.set(currency, totals.get(currency)?.plus(amount) ?? amount);
  }
  return Object.fromEntries([...totals].sort(byCode).map(([code, total]) => [code, total.toString()]));
}

function byCode([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
