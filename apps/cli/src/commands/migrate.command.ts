import { migrate } from '@tidemark/database';
import type { Command } from 'commander';
import { findHomeDatabase, migrationsOf } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark migrate`. `--json`: `{engine, applied, alreadyApplied}`. */
export function migrateCommand(command: Command, run: Run): Command {
  return command.description('bring the database to the schema of this version, creating it if need be').action(() =>
    run(async (at) => {
      const home = await findHomeDatabase(at);
      try {
        const log = (line: string) => void at.stderr.write(`${line}\n`);
        const migrated = await migrate({ url: home.url, directory: migrationsOf, log });
        const { engine, applied, alreadyApplied } = migrated;
        return {
          json: migrated,
          lines: [`${engine}: ${applied.length} migrations applied, ${alreadyApplied} were there`],
        };
      } finally {
        await home.stop();
      }
    }),
  );
}
