import autocannon from 'autocannon';
import { ApiProcess } from './service-processes.js';
import { median, resultOf, type BenchResult } from './bench-result.js';
import type { BenchDatabase } from './bench-database.js';

/** As in the field notes, so that the figures compare: 64 connections, one deposit a request, 1,000 wallets. */
const CONNECTIONS = 64;
const WALLETS = 1_000;
const ROUNDS = 3;

/**
 * DESIGN §8, row 3: deposits over HTTP against the same server answering a constant (`GET /health/live`), the API in a
 * process of its own, the client in this one, all on the same cores.
 */
export async function benchHttp(
  bench: BenchDatabase,
  seconds: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const api = await ApiProcess.start(bench.url);
  try {
    await openWallets(api.url);
    await loadDeposits(api.url, 1);
    const rates = { deposits: [] as number[], constant: [] as number[], p99: [] as number[] };
    for (let round = 1; round <= ROUNDS; round++) {
      const deposits = await loadDeposits(api.url, seconds);
      rates.deposits.push(deposits.rate);
      rates.p99.push(deposits.p99);
      rates.constant.push((await load(`${api.url}/health/live`, seconds, {})).rate);
      say(
        `round ${round} of ${ROUNDS}: ${rates.deposits.at(-1)} deposits/s (p99 ${deposits.p99} ms), ${rates.constant.at(-1)} constants/s`,
      );
    }
    return [
      resultOf({
        name: `deposits over HTTP, ${CONNECTIONS} connections (p99 ${median(rates.p99)} ms)`,
        value: median(rates.deposits),
        unit: 'requests/s',
        against: { name: 'the same server answering a constant', value: median(rates.constant) },
        atLeast: 0.5,
      }),
    ];
  } finally {
    await api.stop();
  }
}

interface Loaded {
  readonly rate: number;
  readonly p99: number;
}

let key = 0;

function loadDeposits(url: string, seconds: number): Promise<Loaded> {
  let n = 0;
  return load(url, seconds, {
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ amount: '10.00', currency: 'EUR', reference: 'bench' }),
        setupRequest: (request) => ({
          ...request,
          path: `/v1/wallets/bench-${n++ % WALLETS}/deposits`,
          headers: { ...request.headers, 'idempotency-key': `bench-${key++}` },
        }),
      },
    ],
  });
}

async function load(url: string, seconds: number, options: Partial<autocannon.Options>): Promise<Loaded> {
  const result = await autocannon({ url, duration: seconds, connections: CONNECTIONS, ...options });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `${result.non2xx} answers were not 2xx and ${result.errors} requests failed: the figures mean nothing`,
    );
  }
  return { rate: Math.round(result['2xx'] / result.duration), p99: result.latency.p99 };
}

async function openWallets(url: string): Promise<void> {
  for (let first = 0; first < WALLETS; first += CONNECTIONS) {
    await Promise.all(
      Array.from({ length: Math.min(CONNECTIONS, WALLETS - first) }, async (_, i) => {
        const answer = await fetch(`${url}/v1/wallets`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': 'open' },
          body: JSON.stringify({ walletId: `bench-${first + i}` }),
        });
        if (!answer.ok) throw new Error(`opening a wallet: ${answer.status} ${await answer.text()}`);
      }),
    );
  }
}
