import { Option, type Command } from 'commander';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark doctor` (`--json`: `{ok, checked: {events, wallets}, findings: [{invariant, walletId, version, message}]}`). */
export function doctorCommand(command: Command, run: Run): Command {
  return command
    .description('check every invariant of the log (docs/doctor.md); the service may run meanwhile')
    .addOption(new Option('--wallet <id>', 'only this wallet, in all regions that it has lived in').conflicts('region'))
    .option('--region <region>', 'only this region, and the wallets that were opened in it')
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
