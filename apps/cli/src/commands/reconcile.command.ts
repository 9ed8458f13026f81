import type { Command } from 'commander';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark reconcile`. */
export function reconcileCommand(command: Command, run: Run) {
  return command
    .description('compare wallets with the balances that a CSV file claims')
    .argument('<file>', 'CSV file of movements with a balance after each')
    .requiredOption('--mapping <file>', 'JSON file that says what the columns mean (docs/import.md)')
    .action((file: string, options: { mapping: string }) =>
      run(async (at) => {
        // Loaded when asked for: what it needs takes longer to load than most commands to run.
        const { runReconcile } = await import('../importing/run-reconcile.js');
        return runReconcile(at, file, options);
      }),
    );
}
