import type { Command } from 'commander';
import type { Run } from '../process/run-command.js';
import { withPage, type PageOptions } from './page-options.js';

// What each does is loaded when it is asked for: the projections take longer to load than most commands to run.

/** Declares `tidemark wallet show`. */
export function walletShowCommand(command: Command, run: Run): Command {
  return command
    .description('show what a wallet holds now')
    .argument('<wallet>', 'wallet id')
    .action((walletId: string) =>
      run(async (at) => (await import('../wallets/show-wallet.js')).showWallet(at, walletId)),
    );
}

/** Declares `tidemark wallet events`. */
export function walletEventsCommand(command: Command, run: Run): Command {
  return withPage(command)
    .description('list the events of a wallet, as the log holds them')
    .argument('<wallet>', 'wallet id')
    .action((walletId: string, page: PageOptions) =>
      run(async (at) => (await import('../wallets/list-events.js')).listEvents(at, walletId, page)),
    );
}

/** Declares `tidemark wallet statement`. */
export function walletStatementCommand(command: Command, run: Run): Command {
  return withPage(command)
    .description('list the movements of a wallet, with the balance after each')
    .argument('<wallet>', 'wallet id')
    .action((walletId: string, page: PageOptions) =>
      run(async (at) => (await import('../wallets/list-movements.js')).listMovements(at, walletId, page)),
    );
}
