import { benchAppend } from './append.bench.js';
import { withBenchDatabase, type BenchDatabase, type BenchSurroundings } from './bench-database.js';
import type { BenchReport, BenchResult } from './bench-result.js';
import { benchCommands } from './commands.bench.js';
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
const BENCHES = {
  append: benchAppend,
  commands: benchCommands,
  http: benchHttp,
  import: benchImport,
  lag: benchLag,
  memory: benchMemory,
  rebuild: benchRebuild,
} satisfies Record<string, Bench>;

export type BenchName = keyof typeof BENCHES | 'regions';

export interface BenchOptions {
  /** Starts a CockroachDB in memory. Without it the benchmark uses the database server of this installation. */
  readonly engine?: 'cockroach';
  /** How long each side runs in each round. */
  readonly seconds: number;
  /** Of `rebuild`: how long the log is. */
  readonly events: number;
  /** Of `memory`: how many are opened. */
  readonly wallets: number;
}

/** Runs one benchmark. @throws StartRefused, ConnectFailed, ClusterRefused */
export async function runBench(
  at: BenchSurroundings,
  name: BenchName,
  { engine, seconds, events, wallets }: BenchOptions,
): Promise<BenchReport> {
  if (name === 'regions') return benchRegions(at, seconds);
  return withBenchDatabase(at, engine, async (database) => {
    const results = await BENCHES[name](database, seconds, at.say, events, wallets);
    return { engine: database.owner.engine, version: database.owner.version, results };
  });
}
