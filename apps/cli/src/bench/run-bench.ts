import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { benchAppend } from './append.bench.js';
import { withBenchDatabase, type BenchDatabase } from './bench-database.js';
import type { BenchName, BenchOptions } from './bench.command.js';
import { linesOf, type BenchReport, type BenchResult } from './bench-result.js';
import { benchHttp } from './http.bench.js';
import { benchImport } from './import.bench.js';
import { benchLag } from './lag.bench.js';
import { benchMemory } from './memory.bench.js';
import { benchRebuild } from './rebuild.bench.js';
import { benchRegions } from './regions.bench.js';

type Bench = (
  database: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
  events: number,
  wallets: number,
) => Promise<BenchResult[]>;

/** Those that need one database; `regions` needs a cluster. */
const BENCHES: Record<Exclude<BenchName, 'regions'>, Bench> = {
  append: benchAppend,
  http: benchHttp,
  import: benchImport,
  lag: benchLag,
  memory: benchMemory,
  rebuild: benchRebuild,
};

/** Runs one benchmark. @throws StartRefused, ConnectFailed, ClusterRefused */
export async function runBench(
  at: Surroundings,
  name: BenchName,
  { engine, seconds, events, wallets }: BenchOptions,
): Promise<CommandResult> {
  const say = (line: string) => void at.stderr.write(`${line}\n`);
  if (name === 'regions') return resultOf(await benchRegions(at, seconds));
  return withBenchDatabase(at, engine, async (database) => {
    const results = await BENCHES[name](database, seconds, say, events, wallets);
    return resultOf({ engine: database.owner.engine, version: database.owner.version, results });
  });
}

function resultOf(report: BenchReport): CommandResult {
  return { json: report, lines: linesOf(report), found: report.results.some(({ met }) => !met) };
}
