import { basename, resolve } from 'node:path';
import { CommandPipeline, Currencies } from '@tidemark/application';
import { MovementFinder, openEventStore, regionsOf } from '@tidemark/event-store';
import { importFile, readMapping, type ImportSummary, type RejectedRow } from '@tidemark/importing';
import { UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import { grouped, ProgressDisplay } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { asUsage } from './as-usage.js';

/** What `tidemark import` takes beside the file. File names are meant from the working directory. */
export interface ImportOptions {
  readonly mapping: string;
  readonly wallets?: string;
  readonly overdraft?: 'unlimited';
  readonly rejects?: string;
  readonly retryRejected?: true;
}

/** An import retries for this time while the database does not answer, so that it need not be started again. */
const COMMAND_DEADLINE_MS = 60_000;
/** Rejected rows shown while it runs; all of them are in the rejects file. */
const SHOWN_MAX = 20;

/** `tidemark import`. `--json`: an `ImportSummary`. */
export async function runImport(at: Surroundings, file: string, options: ImportOptions): Promise<CommandResult> {
  const path = (name: string) => resolve(at.cwd, name);
  const rejectsFile = path(
    options.rejects ?? `${basename(file).replace(/(?:\.csv)?(?:\.gz|\.zip)?$/i, '')}.rejects.csv`,
  );
  const inputs = [file, options.mapping, ...(options.wallets === undefined ? [] : [options.wallets])].map(path);
  if (inputs.includes(rejectsFile)) throw new UsageError('--rejects names a file that is read');
  const display = new ProgressDisplay(at.stderr);
  try {
    const mapping = await readMapping(path(options.mapping));
    const summary = await withHomeDatabase(
      at,
      { role: 'tidemark_api', records: true, command: 'import' },
      async (database) => {
        const store = openEventStore({ database, limits: { commandDeadlineMs: COMMAND_DEADLINE_MS } });
        const { homes: regions, logs } = await regionsOf(database);
        try {
          return await importFile({
            file: path(file),
            walletsFile: options.wallets === undefined ? undefined : path(options.wallets),
            rejectsFile,
            mapping,
            policy: {
              source: mapping.source,
              caller: `import ${mapping.source}`,
              overdraft: options.overdraft === 'unlimited',
              retryRejected: options.retryRejected === true,
            },
            door: new CommandPipeline(store, new MovementFinder(database, logs), regions),
            database,
            currencies: await Currencies.load(database),
            regions,
            signal: at.signal,
            clock: Date.now,
            observer: {
              found: (name, what) => display.line(`${basename(name)}: ${what}`),
              progress: (what, { rows, bytes, bytesAll }) =>
                display.update(what, { count: rows, share: bytes / bytesAll }),
              rejected: showSome(display),
            },
          });
        } finally {
          await store.close();
        }
      },
    );
    return resultOf(summary);
  } catch (error) {
    throw asUsage(error);
  } finally {
    display.end();
  }
}

function showSome(display: ProgressDisplay): (file: string, row: RejectedRow) => void {
  let shown = 0;
  return (file, { line, code, detail }) => {
    if (shown++ < SHOWN_MAX) display.line(`${basename(file)}, line ${line}: ${code}: ${detail}`);
    else if (shown === SHOWN_MAX + 1) display.line('… and more, all of them in the rejects file');
  };
}

function resultOf(summary: ImportSummary): CommandResult {
  const { read, rejected, walletsRejected, interrupted } = summary;
  return {
    json: summary,
    lines: linesOf(summary),
    found: rejected + walletsRejected > 0,
    ...(interrupted && { unfinished: `stopped after ${grouped(read)} movements; the same command goes on from there` }),
  };
}

function linesOf(summary: ImportSummary): string[] {
  const { read, booked, replayed, rejected, skipped, wallets, walletsOpened, walletsRejected, seconds } = summary;
  const { credits, debits, net, rejectsFile, walletRejectsFile } = summary;
  const before = replayed === 0 ? '' : `, ${grouped(replayed)} booked before`;
  const speed = seconds > 0 ? `, ${grouped(Math.round(read / seconds))}/s` : '';
  return [
    `${grouped(read)} movements: ${grouped(booked)} booked${before}, ${grouped(rejected)} rejected (${seconds} s${speed})`,
    ...(skipped === 0 ? [] : [`${grouped(skipped)} rows left out, as the mapping says`]),
    `${grouped(wallets)} wallets, ${grouped(walletsOpened)} of them opened now`,
    ...Object.keys(net).map((code) => `${code}: credits ${credits[code]}, debits ${debits[code]}, net ${net[code]}`),
    ...(walletsRejected > 0 ? [`${grouped(walletsRejected)} wallets rejected: ${walletRejectsFile}`] : []),
    ...(rejectsFile === null ? [] : [`rejected rows: ${rejectsFile}`]),
  ];
}
