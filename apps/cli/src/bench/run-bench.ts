import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { benchAppend } from './append.bench.js';
import { withBenchDatabase, type BenchDatabase } from './bench-database.js';
import type { BenchName, BenchOptions } from './bench.command.js';
import { linesOf, type BenchReport, type BenchResult } from './bench-result.js';
import { benchHttp } from './http.bench.js';
import { benchImport } from './import.bench.js';

type Bench = (database: BenchDatabase, seconds: number, say: (line: string) => void) => Promise<BenchResult[]>;

const BENCHES: Record<BenchName, Bench> = { append: benchAppend, http: benchHttp, import: benchImport };

/** Runs one benchmark. @throws StartRefused, ConnectFailed */
export async function runBench(
  at: Surroundings,
  name: BenchName,
  { engine, seconds }: BenchOptions,
): Promise<CommandResult> {
  const say = (line: string) => void at.stderr.write(`${line}\n`);
  return withBenchDatabase(at, engine, async (database) => {
    const results = await BENCHES[name](database, seconds, say);
    const report: BenchReport = { engine: database.owner.engine, version: database.owner.version, results };
    return { json: report, lines: linesOf(report), found: results.some(({ met }) => !met) };
  });
}
