import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchDatabase } from './bench-database.js';
import { resultOf, type BenchResult } from './bench-result.js';
import { ApiProcess, WorkerProcess } from './service-processes.js';

/** The most that the API takes: 50 pairs, 27,000 characters of two bytes each. */
const METADATA = Object.fromEntries(
  Array.from({ length: 50 }, (_, i) => [`${'ї'.repeat(37)}${String(i).padStart(3, '0')}`, 'ї'.repeat(500)]),
);
const CONNECTIONS = 16;
/** What docs/memory.md promises of either process, MiB. */
const MEMORY_MAX = 640;
/**
 * With this number of wallets with one balance, every cache is full: 48 MB of idle wallets are 42,000 of 1,200 B, and a worker knows 20,000 rows
 * of each build (docs/memory.md).
 */
const WALLETS_FULL = 50_000;
/** Whatever comes after that takes no more memory; the rest is the garbage collector's leeway. */
const GROWTH_MAX = 1.1;
const LOOK_EVERY_MS = 250;

type Process = 'api' | 'worker';

/**
 * Memory of an API and of a worker while wallets with the largest metadata are opened, paid into, followed and listed: when the
 * caches are full, and after all of them.
 *
 * @throws Error where the system does not tell
 */
export async function benchMemory(
  bench: BenchDatabase,
  _seconds: number,
  say: (line: string) => void,
  _events: number,
  wallets: number,
): Promise<BenchResult[]> {
  const api = await ApiProcess.start(bench.url);
  const worker = await WorkerProcess.start(bench.url);
  const peaks = async (): Promise<Record<Process, number>> => {
    const [ofApi, ofWorker] = [await api.memoryPeak(), await worker.memoryPeak()];
    if (ofApi === undefined || ofWorker === undefined) throw new Error('memory is measured on Linux only');
    return { api: ofApi, worker: ofWorker };
  };
  const upTo = async (from: number, to: number) => {
    await use(api.url, from, to);
    await followed(bench, to);
    await list(api.url);
    const found = await peaks();
    say(`${to.toLocaleString('en-US')} wallets: API ${found.api} MiB, worker ${found.worker} MiB`);
    return found;
  };
  try {
    const step = Math.ceil(wallets / 10);
    const full = Math.min(wallets, Math.ceil(WALLETS_FULL / step) * step);
    const found = new Map<number, Record<Process, number>>();
    for (let at = 0; at < wallets; at += step) {
      const to = Math.min(wallets, at + step);
      found.set(to, await upTo(at, to));
    }
    return (['api', 'worker'] as const).flatMap((process) => [
      resultOf({
        name: `memory of the ${process}, ${wallets} wallets with the largest metadata`,
        value: found.get(wallets)![process],
        unit: 'MiB',
        against: { name: 'the bound in docs/memory.md', value: MEMORY_MAX },
        atMost: 1,
      }),
      resultOf({
        name: `memory of the ${process}, ${wallets} wallets`,
        value: found.get(wallets)![process],
        unit: 'MiB',
        against: { name: `after ${full} of them`, value: found.get(full)![process] },
        atMost: GROWTH_MAX,
      }),
    ]);
  } finally {
    await worker.stop();
    await api.stop();
  }
}

async function use(url: string, from: number, to: number): Promise<void> {
  let next = from;
  const one = async () => {
    while (next < to) {
      const walletId = `large-${next++}`;
      await post(`${url}/v1/wallets`, 'open', { walletId, metadata: METADATA });
      await post(`${url}/v1/wallets/${walletId}/deposits`, 'pay', { amount: '1.00', currency: 'EUR' });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
}

async function post(url: string, key: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
}

async function followed({ owner }: BenchDatabase, wallets: number): Promise<void> {
  for (;;) {
    const { rows } = await owner.query<{ n: string }>(`SELECT count(*) AS n FROM wallet_balances WHERE version >= 2`);
    if (Number(rows[0]!.n) >= wallets) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/** As many of the largest pages at once as the service lets wait, and no answer but a page. */
async function list(url: string): Promise<void> {
  const pages = Array.from({ length: CONNECTIONS }, () => fetch(`${url}/v1/wallets?limit=200`));
  for (const page of await Promise.all(pages)) {
    await page.text();
    if (!page.ok) throw new Error(`the list of wallets: ${page.status}`);
  }
}
