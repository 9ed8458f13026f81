import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Rebuilt, Retried, Swapped, WalletRebuilt } from '@tidemark/operations';
import type { Verification } from '@tidemark/rebuilding';
import type { Command } from 'commander';
import { UsageError } from '../process/exit.js';
import type { Run } from '../process/run-command.js';

type Said = typeof import('../projections/result-lines.js');
type Ask = typeof import('../projections/ask-operation.js');

// Loaded when asked for: no other command needs them.
const asking = async (): Promise<Ask & Said> => ({
  ...(await import('../projections/ask-operation.js')),
  ...(await import('../projections/result-lines.js')),
});
const listing = () => import('../projections/list-projections.js');

const ACCEPT = 'accept differences of these wallets, of sums, or all (comma-separated: W1,W2,sums)';
const NAME = 'balances, movements, journal, …: see `projections list`';

/** Declares `tidemark projections list`. */
export function projectionsListCommand(command: Command, run: Run): Command {
  return command
    .description('list the projections, their builds and their lag')
    .action(() => run(async (at) => (await listing()).listProjections(at)));
}

/** Declares `tidemark projections rebuild`. `--json`: the operation's result, with its certificate. */
export function projectionsRebuildCommand(command: Command, run: Run): Command {
  return command
    .description('make a new build of a projection from the log; the service keeps running')
    .argument('<projection>', NAME)
    .option('--wallet <id>', 'rebuild only this wallet, in place')
    .option('--region <region>', 'rebuild only this region')
    .option('--swap', 'swap the new build in after verification')
    .option('--accept <names>', ACCEPT)
    .option('--latency <times>', 'slow down when other writes take this many times as long; 0: never (default 1.5)')
    .option('--certificate <file>', 'write the certificate to this file, for `tidemark doctor --certificate`')
    .action((projection: string, options: RebuildOptions) =>
      run(async (at) => {
        const { askOperation, rebuildLines } = await asking();
        const { wallet: walletId, region, swap, accept, latency, certificate: file } = options;
        if (walletId !== undefined && file !== undefined) {
          throw new UsageError('--certificate cannot be combined with --wallet: a single wallet has no certificate');
        }
        if (file !== undefined) await requireFolder(resolve(at.cwd, file));
        const asked = {
          ...(walletId !== undefined && { walletId }),
          ...(region !== undefined && { region }),
          ...(swap === true && { swap }),
          ...(accept !== undefined && { accept: listOf(accept) }),
          ...(latency !== undefined && { latencyRatioMax: ratio(latency) }),
        };
        const result = await askOperation<Rebuilt | WalletRebuilt>(
          at,
          { action: 'rebuild', projection, arguments: asked },
          (rebuilt) => rebuildLines(projection, rebuilt),
        );
        const { certificate } = (result.json ?? {}) as Partial<Rebuilt>;
        if (file !== undefined && certificate) {
          await writeFile(resolve(at.cwd, file), `${JSON.stringify(certificate, null, 2)}\n`);
        }
        return result;
      }),
    );
}

interface RebuildOptions {
  readonly wallet?: string;
  readonly region?: string;
  readonly swap?: boolean;
  readonly accept?: string;
  readonly latency?: string;
  readonly certificate?: string;
}

/** Declares `tidemark projections verify`. Exit code 1 when anything differs. */
export function projectionsVerifyCommand(command: Command, run: Run): Command {
  return withGeneration(command)
    .description('compare a build and the live build with the log')
    .action((projection: string, { generation }: { generation?: string }) =>
      run(async (at) => {
        const { askOperation, verificationLines } = await asking();
        const asked = { ...(generation !== undefined && { generation: generationOf(generation) }) };
        return askOperation<Verification>(at, { action: 'verify', projection, arguments: asked }, (found) =>
          verificationLines(projection, found),
        );
      }),
    );
}

/** Declares `tidemark projections diff`. Exit code 1 when anything would change. */
export function projectionsDiffCommand(command: Command, run: Run): Command {
  return command
    .description('show what a rebuild with this code would change; stores nothing')
    .argument('<projection>', NAME)
    .option('--region <region>', 'only this region (default: all)')
    .action((projection: string, { region }: { region?: string }) =>
      run(async (at) => (await import('../projections/shadow.js')).runShadow(at, projection, region)),
    );
}

/** Declares `tidemark projections swap`. */
export function projectionsSwapCommand(command: Command, run: Run): Command {
  return withGeneration(command)
    .description('make a verified build the live one')
    .option('--accept <names>', ACCEPT)
    .action((projection: string, { generation, accept }: { generation?: string; accept?: string }) =>
      run(async (at) => {
        const { askOperation, swapLines } = await asking();
        const asked = {
          ...(generation !== undefined && { generation: generationOf(generation) }),
          ...(accept !== undefined && { accept: listOf(accept) }),
        };
        return askOperation<Swapped>(at, { action: 'swap', projection, arguments: asked }, (swapped) =>
          swapLines(projection, swapped),
        );
      }),
    );
}

/** Declares `tidemark projections rollback`. */
export function projectionsRollbackCommand(command: Command, run: Run): Command {
  return command
    .description('undo the last swap: make the build before it the live one again')
    .argument('<projection>', NAME)
    .action((projection: string) =>
      run(async (at) => {
        const { askOperation, swapLines } = await asking();
        return askOperation<Swapped>(at, { action: 'rollback', projection, arguments: {} }, (swapped) =>
          swapLines(projection, swapped),
        );
      }),
    );
}

/** Declares `tidemark projections drop`. */
export function projectionsDropCommand(command: Command, run: Run): Command {
  return command
    .description('delete a build that is not live')
    .argument('<projection>', NAME)
    .argument('<generation>', 'number of the build')
    .action((projection: string, generation: string) =>
      run(async (at) => {
        const { askOperation } = await asking();
        const asked = { generation: generationOf(generation) };
        return askOperation<{ rows: number }>(at, { action: 'drop', projection, arguments: asked }, ({ rows }) => ({
          lines: [`generation ${generation} of ${projection} is deleted: ${rows} rows removed`],
        }));
      }),
    );
}

/** Declares `tidemark projections parked`. */
export function projectionsParkedCommand(command: Command, run: Run): Command {
  return command
    .description('list the parked wallets, with the event that could not be applied and the reason')
    .argument('[projection]', NAME)
    .action((projection?: string) => run(async (at) => (await listing()).listParkedWallets(at, projection)));
}

/** Declares `tidemark projections retry`. Exit code 1 when any is still parked. */
export function projectionsRetryCommand(command: Command, run: Run): Command {
  return command
    .description('retry parked wallets, after the cause is fixed')
    .argument('<projection>', NAME)
    .option('--wallet <id>', 'this wallet alone')
    .action((projection: string, { wallet: walletId }: { wallet?: string }) =>
      run(async (at) => {
        const { askOperation, retryLines } = await asking();
        const asked = { ...(walletId !== undefined && { walletId }) };
        return askOperation<Retried>(at, { action: 'retry', projection, arguments: asked }, (retried) =>
          retryLines(projection, retried),
        );
      }),
    );
}

/** Declares `tidemark projections audit`. */
export function projectionsAuditCommand(command: Command, run: Run): Command {
  return command
    .description('list the operations on projections and their results')
    .argument('[projection]', NAME)
    .option('--before <operation>', 'only operations before the one with this id')
    .action((projection: string | undefined, { before }: { before?: string }) =>
      run(async (at) => (await listing()).listAudit(at, projection, before)),
    );
}

function withGeneration(command: Command): Command {
  return command
    .argument('<projection>', NAME)
    .option('--generation <n>', 'number of the build (default: the newest that is not live)');
}

function generationOf(text: string): string {
  if (!/^[1-9]\d{0,17}$/.test(text))
    throw new UsageError(`the generation must be the number of a build, but is ${JSON.stringify(text)}`);
  return text;
}

function listOf(text: string): string[] {
  const wallets = text.split(',').filter((wallet) => wallet !== '');
  if (wallets.length === 0) throw new UsageError('--accept: name wallet ids (separated by commas), sums or all');
  return wallets;
}

/** Before the work, which may take an hour. */
async function requireFolder(file: string): Promise<void> {
  const there = await access(dirname(file), constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!there) throw new UsageError(`--certificate: ${file} cannot be written`);
}

function ratio(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new UsageError(`--latency must be a number from 0, but is ${JSON.stringify(text)}`);
  return Number(text);
}
