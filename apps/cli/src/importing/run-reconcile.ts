import { basename, resolve } from 'node:path';
import { Currencies } from '@tidemark/application';
import { readMapping, reconcileFile, type Break, type Reconciliation } from '@tidemark/importing';
import { CouldNotRun } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import { grouped, ProgressDisplay } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { asUsage } from './as-usage.js';

/** Unreadable rows shown; the count tells of the rest. */
const SHOWN_MAX = 20;

/** `tidemark reconcile`. `--json`: a `Reconciliation`. */
export async function runReconcile(
  at: Surroundings,
  file: string,
  options: { mapping: string; at?: string },
): Promise<CommandResult> {
  const display = new ProgressDisplay(at.stderr);
  let shown = 0;
  try {
    const mapping = await readMapping(resolve(at.cwd, options.mapping));
    const reconciliation = await withHomeDatabase(
      at,
      { role: 'tidemark_api', command: 'reconcile' },
      async (database) =>
        reconcileFile({
          file: resolve(at.cwd, file),
          mapping,
          database,
          at: options.at,
          currencies: await Currencies.load(database),
          signal: at.signal,
          observer: {
            progress: (what, { rows, bytes, bytesAll }) =>
              display.update(what, { count: rows, share: bytes / bytesAll }),
            unreadable: ({ line }, problem) => {
              if (shown++ < SHOWN_MAX) display.line(`${basename(file)}, line ${line}: malformed_row: ${problem}`);
            },
          },
        }),
    );
    return resultOf(reconciliation);
  } catch (error) {
    throw at.signal.aborted && error === at.signal.reason ? new CouldNotRun('stopped before the end') : asUsage(error);
  } finally {
    display.end();
  }
}

function resultOf(reconciliation: Reconciliation): CommandResult {
  const { wallets, matching, breaks, differenceTotal, differenceAbsolute, unreadable, running } = reconciliation;
  const inAll = Object.entries(differenceTotal).map(
    ([code, total]) => `${total} ${code} in all, ${differenceAbsolute[code]} ${code} without regard to sign`,
  );
  return {
    json: reconciliation,
    lines: [
      ...breaks.map(lineOf),
      `${grouped(wallets)} wallets: ${grouped(matching)} match, ${grouped(wallets - matching)} do not` +
        (inAll.length === 0 ? '' : ` (${inAll.join('; ')})`),
      ...(unreadable === 0 ? [] : [`${grouped(unreadable)} rows could not be read`]),
      ...runningLines(running),
    ],
    found: breaks.length + unreadable + running.broken > 0,
  };
}

function runningLines({ checked, broken, first }: Reconciliation['running']): string[] {
  if (!first) return [];
  const { line, walletId, currency, expected, theirs } = first;
  return [
    `${grouped(broken)} of ${grouped(checked)} balances of the file do not follow from the row before; the first is on line ${line}: ` +
      `${walletId} should have ${expected} ${currency} there, and the file says ${theirs}`,
  ];
}

function lineOf({ walletId, currency, ours, theirs, difference, missing }: Break): string {
  const held = missing ? 'no such wallet' : `ours ${ours}`;
  return `${walletId}: ${held}, theirs ${theirs} ${currency}, difference ${difference}`;
}
