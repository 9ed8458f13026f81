import { OutsideAccountDiffers, OutsideAccounts, TooManyOutsideAccounts } from '@tidemark/application';
import { detailsShape, outsideAccountName, outsideAccountOf } from '@tidemark/wallet';
import type { Command } from 'commander';
import { UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark accounts add` (`--json`: `{name, account, description, added}`). */
export function accountsAddCommand(command: Command, run: Run): Command {
  return command
    .description('define an account of the outside, such as a bank, for `source` and `destination` of commands')
    .argument('<name>', '1 to 40 characters, a-z, 0-9, dot, underscore and hyphen, the first a letter or digit')
    .argument('[description]', 'for people; never changes', '')
    .action((name: string, description: string) =>
      run((at) => {
        const definition = definitionOf(name, description);
        return withHomeDatabase(at, { role: 'tidemark_api', command: 'accounts' }, async (database) => {
          const added = await define(await OutsideAccounts.load(database), definition);
          const account = outsideAccountOf(name);
          const line = added ? `${name} added: ${account} in the books` : `${name} exists already`;
          return { json: { name, account, description, added }, lines: [line] };
        });
      }),
    );
}

/** Declares `tidemark accounts list` (`--json`: `{accounts: [{name, account, description}]}`). */
export function accountsListCommand(command: Command, run: Run): Command {
  return command.description('list the accounts of the outside').action(() =>
    run((at) =>
      withHomeDatabase(at, { role: 'tidemark_api', command: 'accounts' }, async (database) => {
        const found = await (await OutsideAccounts.load(database)).list();
        const accounts = found.map(({ name, description }) => ({ name, account: outsideAccountOf(name), description }));
        const lines = accounts.map(({ name, description }) => `${name}  ${description}`.trimEnd());
        return { json: { accounts }, lines: lines.length === 0 ? ['no accounts of the outside'] : lines };
      }),
    ),
  );
}

/** @throws UsageError */
function definitionOf(name: string, description: string) {
  for (const [what, read] of [
    ['name', outsideAccountName.safeParse(name)],
    ['description', detailsShape.description.safeParse(description)],
  ] as const) {
    if (!read.success) throw new UsageError(`the ${what} ${read.error.issues[0]!.message}`);
  }
  return { name, description };
}

async function define(accounts: OutsideAccounts, definition: { name: string; description: string }): Promise<boolean> {
  try {
    return await accounts.define(definition);
  } catch (error) {
    const refused = error instanceof OutsideAccountDiffers || error instanceof TooManyOutsideAccounts;
    throw refused ? new UsageError(error.message) : error;
  }
}
