import { Option, type Command } from 'commander';
import type { ImportOptions } from '../importing/run-import.js';
import { UsageError } from '../process/exit.js';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark import`. */
export function importCommand(command: Command, run: Run) {
  return command
    .description('book the movements of a file that a bank exports')
    .argument('<file>', 'file of movements')
    .option('--mapping <file>', 'JSON file that says what the columns mean (docs/import.md); needed without --guess')
    .option('--guess', 'write a mapping of the file, say why and what it would book, and book nothing')
    .option('--wallets <file>', 'CSV file of wallets to open first')
    .addOption(
      new Option('--overdraft <limit>', 'let the imported movements overdraw; limits stay as they are').choices([
        'unlimited',
      ]),
    )
    .option(
      '--rejects <file>',
      'file for rows that were not booked (default: FILE.rejects.csv in the working directory)',
    )
    .option('--retry-rejected', 'decide formerly rejected rows again')
    .action((file: string, { guess, mapping, ...options }: Partial<ImportOptions> & { guess?: true }) =>
      run(async (at) => {
        if (guess) {
          const { runGuess } = await import('../importing/run-guess.js');
          return runGuess(at, file, mapping === undefined ? {} : { mapping });
        }
        if (mapping === undefined) throw new UsageError("required option '--mapping <file>' not specified");
        // Loaded when asked for: what an import needs takes longer to load than most commands to run.
        const { runImport } = await import('../importing/run-import.js');
        return runImport(at, file, { mapping, ...options });
      }),
    );
}

/** Declares `tidemark reconcile`. */
export function reconcileCommand(command: Command, run: Run) {
  return command
    .description('compare wallets with the balances that a file claims')
    .argument('<file>', 'file of movements with a balance after each')
    .requiredOption('--mapping <file>', 'JSON file that says what the columns mean (docs/import.md)')
    .option('--at <day>', 'compare what was held at the end of a day (UTC) by the time of effect, such as 2026-01-31')
    .action((file: string, options: { mapping: string; at?: string }) =>
      run(async (at) => {
        // Loaded when asked for: what it needs takes longer to load than most commands to run.
        const { runReconcile } = await import('../importing/run-reconcile.js');
        return runReconcile(at, file, options);
      }),
    );
}
