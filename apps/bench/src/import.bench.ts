import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { median, resultOf, type BenchResult } from './bench-result.js';
import type { BenchDatabase } from './bench-database.js';

const MOVEMENTS = 30_000; // as many as the bank books in a year
const WALLETS = 1_000;
const ROUNDS = 3;
const TIDEMARK = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

/**
 * `tidemark import` of a CSV file against `COPY` of the very rows that it wrote, events and outcomes, into empty twins of
 * their tables. COPY decides nothing, checks no key but the primary one and knows no retry: it is the ceiling.
 */
export async function benchImport(
  bench: BenchDatabase,
  _seconds: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
  try {
    const rates = { imported: [] as number[], copied: [] as number[], hot: [] as number[] };
    for (let round = 1; round <= ROUNDS; round++) {
      const source = `bench-${round}`;
      await writeFiles(directory, source, WALLETS);
      rates.imported.push(await importFiles(bench.url, directory));
      rates.copied.push(await copyRows(bench.url, source));
      await writeFiles(directory, `${source}-hot`, 1);
      rates.hot.push(await importFiles(bench.url, directory));
      say(
        `round ${round} of ${ROUNDS}: ${rates.imported.at(-1)} imported/s, ${rates.hot.at(-1)} of one wallet, ${rates.copied.at(-1)} copied/s`,
      );
    }
    return [
      resultOf({
        name: `import of ${MOVEMENTS.toLocaleString('en-US')} movements from CSV`,
        value: median(rates.imported),
        unit: 'movements/s',
        against: { name: 'COPY of the same rows', value: median(rates.copied) },
        atLeast: IMPORT_BUDGET,
      }),
      resultOf({
        name: `import of ${MOVEMENTS.toLocaleString('en-US')} movements of one wallet from CSV`,
        value: median(rates.hot),
        unit: 'movements/s',
        against: { name: 'import of as many movements of many wallets', value: median(rates.imported) },
        atLeast: HOT_BUDGET,
      }),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Not a budget of the design. It shows when the import becomes much slower. */
const IMPORT_BUDGET = 0.1;

/** One wallet's rows are sent ahead of their answers, as those of many wallets are. One at a time they would be a hundredth. */
const HOT_BUDGET = 0.5;

async function writeFiles(directory: string, source: string, count: number): Promise<void> {
  const wallet = (n: number) => `${source}-${n % count}`;
  const wallets = Array.from({ length: count }, (_, n) => wallet(n));
  const movements = Array.from({ length: MOVEMENTS }, (_, n) => `${n},${wallet(n)},1993-01-01,${(n % 900) + 1}.25`);
  const mapping = {
    source,
    movements: {
      id: 'id',
      wallet: 'wallet',
      effectiveAt: 'date',
      amount: { signed: 'amount' },
      currency: { value: 'EUR' },
    },
    wallets: { id: 'wallet' },
  };
  await writeFile(join(directory, 'wallets.csv'), ['wallet', ...wallets, ''].join('\n'));
  await writeFile(join(directory, 'movements.csv'), ['id,wallet,date,amount', ...movements, ''].join('\n'));
  await writeFile(join(directory, 'mapping.json'), JSON.stringify(mapping));
}

/** @returns movements a second, by the clock of the import */
async function importFiles(url: string, directory: string): Promise<number> {
  const files = ['movements.csv', '--mapping', 'mapping.json', '--wallets', 'wallets.csv'];
  // A row that is rejected ends it with exit code 1, which is thrown.
  const { stdout } = await promisify(execFile)(process.execPath, [TIDEMARK, 'import', ...files, '--json'], {
    cwd: directory,
    env: { ...process.env, DATABASE_URL: url },
  });
  const { seconds } = JSON.parse(stdout) as { seconds: number };
  return Math.round(MOVEMENTS / seconds);
}

async function copyRows(url: string, source: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const rows = new Map<string, Buffer>();
    for (const table of ['wallet_events', 'command_outcomes']) {
      const chunks: Buffer[] = [];
      const select = `COPY (SELECT * FROM ${table} WHERE wallet_id LIKE '${source}-%') TO STDOUT`;
      for await (const chunk of client.query(copyTo(select))) chunks.push(chunk as Buffer);
      rows.set(table, Buffer.concat(chunks));
      await client.query(`CREATE TABLE copy_${table} (LIKE ${table} INCLUDING ALL)`);
    }
    const rate = await timed(async () => {
      for (const [table, bytes] of rows)
        await pipeline([bytes], client.query(copyFrom(`COPY copy_${table} FROM STDIN`)));
    });
    for (const table of rows.keys()) await client.query(`DROP TABLE copy_${table}`);
    return rate;
  } finally {
    await client.end();
  }
}

/** @returns movements a second */
async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round((MOVEMENTS / (performance.now() - startedAt)) * 1_000);
}
