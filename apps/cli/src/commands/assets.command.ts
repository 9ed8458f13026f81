import type { Database } from '@tidemark/database';
import { currency, CurrencyTable, MoneyError, type Currency } from '@tidemark/money';
import type { Command } from 'commander';
import { UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';

/** Declares `tidemark assets add` (`--json`: `{code, scale, added}`). */
export function assetsAddCommand(command: Command, run: Run): Command {
  return command
    .description('define an asset of your own, in addition to the currencies of ISO 4217')
    .argument('<code>', '3 to 12 characters, A-Z and 0-9, the first a letter')
    .argument('<scale>', 'fraction digits of an amount, 0 to 18; never changes')
    .action((code: string, scale: string) =>
      run((at) => {
        const asset = assetOf(code, scale);
        return withHomeDatabase(at, { command: 'assets' }, async (database) => {
          const added = await addAsset(database, asset);
          const line = added
            ? `${asset.code} added, scale ${asset.scale}`
            : `${asset.code} exists already, scale ${asset.scale}`;
          return { json: { code: asset.code, scale: asset.scale, added }, lines: [line] };
        });
      }),
    );
}

/** Declares `tidemark assets list` (`--json`: `{assets: [{code, scale}]}`). */
export function assetsListCommand(command: Command, run: Run): Command {
  return command.description('list your own assets').action(() =>
    run((at) =>
      withHomeDatabase(at, { role: 'tidemark_api', command: 'assets' }, async (database) => {
        const { rows } = await database.query<{ code: string; scale: number }>(
          'SELECT code, scale FROM assets ORDER BY code',
        );
        const assets = rows.map(({ code, scale }) => ({ code, scale: Number(scale) }));
        const lines = assets.map(({ code, scale }) => `${code}  scale ${scale}`);
        return { json: { assets }, lines: assets.length === 0 ? ['no assets of your own'] : lines };
      }),
    ),
  );
}

/** @throws UsageError: malformed, or contradicts ISO 4217 */
function assetOf(code: string, scale: string): Currency {
  if (!/^\d{1,2}$/.test(scale))
    throw new UsageError(`the scale must be a whole number from 0 to 18, but is ${JSON.stringify(scale)}`);
  try {
    const asset = currency(code, Number(scale));
    CurrencyTable.iso4217().with(asset);
    return asset;
  } catch (error) {
    throw error instanceof MoneyError ? new UsageError(error.message) : error;
  }
}

async function addAsset(database: Database, { code, scale }: Currency): Promise<boolean> {
  if (CurrencyTable.iso4217().find(code)) return false;
  const { rowCount } = await database.query(
    'INSERT INTO assets (code, scale) VALUES ($1::text, $2::int2) ON CONFLICT (code) DO NOTHING',
    [code, scale],
  );
  if (rowCount === 1) return true;
  const { rows } = await database.query<{ scale: number }>('SELECT scale FROM assets WHERE code = $1::text', [code]);
  const present = Number(rows[0]!.scale);
  if (present === scale) return false;
  throw new UsageError(`${code} has scale ${present}; the scale of an asset cannot change`);
}
