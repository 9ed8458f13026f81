import { CommanderError, type Command } from 'commander';
import { accountsAddCommand, accountsListCommand } from './commands/accounts.command.js';
import { assetsAddCommand, assetsListCommand } from './commands/assets.command.js';
import { benchCommand } from './commands/bench.command.js';
import * as cluster from './commands/cluster.command.js';
import { devCommand } from './commands/dev.command.js';
import { doctorCommand } from './commands/doctor.command.js';
import { importCommand, reconcileCommand } from './commands/import.command.js';
import { keysCreateCommand, keysListCommand, keysRevokeCommand } from './commands/keys.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import * as project from './commands/projections.command.js';
import { walletEventsCommand, walletShowCommand, walletStatementCommand } from './commands/wallet.command.js';
import { EXIT, UsageError, type ExitCode } from './process/exit.js';
import { PlainCommand } from './process/plain-command.js';
import { report, reportError, type Run } from './process/run-command.js';
import type { Surroundings } from './process/surroundings.js';

type Declare = (command: Command, run: Run) => Command;

/**
 * Runs one command of the CLI.
 *
 * @param args what stands behind `tidemark`
 * @returns the exit code; everything there is to say has been written
 */
export async function runTidemark(args: readonly string[], at: Surroundings): Promise<ExitCode> {
  const json = args.includes('--json');
  let exitCode: ExitCode = EXIT.fine;
  const run: Run = async (work) => {
    exitCode = report(at, json, await work(at));
  };
  try {
    await programOf(at, run).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(at, json, error);
    if (error.exitCode === 0) return EXIT.fine; // help and version, which are printed already
    return reportError(at, json, new UsageError(error.message.replace(/^error: /, '')));
  }
}

function programOf(at: Surroundings, run: Run): Command {
  const program = withOutput(new PlainCommand('tidemark'), at)
    .description('an event-sourced wallet service')
    .version('0.1.0');
  const add = (parent: Command, name: string, declare: Declare) => {
    const command = declare(withOutput(new PlainCommand(name), at), run);
    parent.addCommand(command.option('--json', 'print one JSON object on standard output, and nothing else there'));
  };
  const group = (name: string, description: string) => {
    const parent = withOutput(new PlainCommand(name), at).description(description);
    program.addCommand(parent);
    return parent;
  };
  add(program, 'dev', devCommand);
  add(program, 'migrate', migrateCommand);
  add(program, 'import', importCommand);
  add(program, 'reconcile', reconcileCommand);
  add(program, 'doctor', doctorCommand);
  add(program, 'bench', benchCommand);
  const wallet = group('wallet', 'look at one wallet');
  add(wallet, 'show', walletShowCommand);
  add(wallet, 'events', walletEventsCommand);
  add(wallet, 'statement', walletStatementCommand);
  const projections = group('projections', 'list, rebuild, verify and swap projections while the service runs');
  add(projections, 'list', project.projectionsListCommand);
  add(projections, 'rebuild', project.projectionsRebuildCommand);
  add(projections, 'verify', project.projectionsVerifyCommand);
  add(projections, 'diff', project.projectionsDiffCommand);
  add(projections, 'swap', project.projectionsSwapCommand);
  add(projections, 'rollback', project.projectionsRollbackCommand);
  add(projections, 'drop', project.projectionsDropCommand);
  add(projections, 'parked', project.projectionsParkedCommand);
  add(projections, 'retry', project.projectionsRetryCommand);
  add(projections, 'audit', project.projectionsAuditCommand);
  const keys = group('keys', 'make, list and revoke API keys');
  add(keys, 'create', keysCreateCommand);
  add(keys, 'list', keysListCommand);
  add(keys, 'revoke', keysRevokeCommand);
  const assets = group('assets', 'add and list assets of your own');
  add(assets, 'add', assetsAddCommand);
  add(assets, 'list', assetsListCommand);
  const accounts = group('accounts', 'add and list accounts of the outside, such as banks');
  add(accounts, 'add', accountsAddCommand);
  add(accounts, 'list', accountsListCommand);
  const clusters = group('cluster', 'run three regions on this machine, with a delay between them');
  add(clusters, 'up', cluster.clusterUpCommand);
  add(clusters, 'status', cluster.clusterStatusCommand);
  add(clusters, 'slow', cluster.clusterSlowCommand);
  add(clusters, 'cut', cluster.clusterCutCommand);
  add(clusters, 'heal', cluster.clusterHealCommand);
  add(clusters, 'kill', cluster.clusterKillCommand);
  add(clusters, 'restart', cluster.clusterRestartCommand);
  add(clusters, 'down', cluster.clusterDownCommand);
  add(clusters, 'demo', cluster.clusterDemoCommand);
  add(clusters, 'drill', cluster.clusterDrillCommand);
  return program;
}

/** Errors come as exceptions, so that they can be told in one line, and in one object. */
function withOutput(command: Command, { stdout, stderr }: Surroundings): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => undefined,
    });
}
