import { migrate, migrationsOf, requireRegions, spreadOverRegions, type SurvivalGoal } from '@tidemark/database';
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import { findHomeDatabase } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';

interface MigrateOptions {
  readonly regions?: true;
  readonly survive: SurvivalGoal;
  readonly primary?: string;
}

/** Declares `tidemark migrate`. `--json`: `{engine, applied, granted, alreadyApplied}`, with `--regions` also `{primary, regions, survive}`. */
export function migrateCommand(command: Command, run: Run): Command {
  return command
    .description('create or upgrade the database to the schema of this version')
    .option('--regions', 'spread a CockroachDB database over the regions of its cluster; keeps the data')
    .addOption(
      new Option('--survive <what>', 'the failure that the database survives')
        .choices(['zone', 'region'])
        .default('zone'),
    )
    .option('--primary <region>', 'region for rows that belong to no region (default: the region of the node)')
    .action((options: MigrateOptions) =>
      run(async (at) => {
        const home = await findHomeDatabase(at);
        try {
          const { survive, primary } = options;
          const goal = { url: home.url, survive, ...(primary && { primary }) };
          if (options.regions) await requireRegions(goal);
          const log = (line: string) => void at.stderr.write(`${line}\n`);
          const migrated = await migrate({ url: home.url, directory: migrationsOf, log });
          const { engine, applied, alreadyApplied, granted } = migrated;
          const lines = [`${engine}: ${applied.length} migrations applied, ${alreadyApplied} applied before`];
          if (granted.length > 0) lines.push(`roles and grants: ${granted.length} statements added what was missing`);
          if (!options.regions) return { json: migrated, lines };
          const directory = join(migrationsOf('cockroach'), 'multi-region');
          const spread = await spreadOverRegions({ ...goal, directory, log });
          const over = `spread over ${spread.regions.join(', ')}; primary region ${spread.primary}; survives the loss of a ${survive}`;
          return { json: { ...migrated, ...spread }, lines: [...lines, over] };
        } finally {
          await home.stop();
        }
      }),
    );
}
