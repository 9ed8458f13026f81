import { Option, type Command } from 'commander';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark doctor` (`--json`: `{ok, checked: {events, wallets}, findings: [{invariant, walletId, version, message}]}`). */
export function doctorCommand(command: Command, run: Run): Command {
  return command
    .description('examine the log for every promise that it makes (docs/doctor.md), beside a running service')
    .addOption(new Option('--wallet <id>', 'this wallet only, wherever it has lived').conflicts('region'))
    .option('--region <region>', 'this region only, and the wallets that were opened in it')
    .addOption(
      new Option('--certificate <file>', "prove a rebuild's certificate again from the log alone").conflicts([
        'wallet',
        'region',
      ]),
    )
    .action((options: { wallet?: string; region?: string; certificate?: string }) =>
      run(async (at) => {
        // Loaded when asked for, like everything that most commands do without.
        const { runDoctor } = await import('../doctoring/run-doctor.js');
        return runDoctor(at, options);
      }),
    );
}
