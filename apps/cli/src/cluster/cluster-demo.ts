import { randomUUID } from 'node:crypto';
import type { ClusterStatus, Region } from '@tidemark/local-cluster';
import { CouldNotRun } from '../process/exit.js';

/** One request of the demonstration. */
export interface DemoStep {
  readonly what: string;
  readonly region: Region;
  readonly ms: number;
  /** The time in round trips between regions; null where those take no time. */
  readonly roundTrips: number | null;
}

export interface Demo {
  readonly json: { readonly walletId: string; readonly roundTripMs: number; readonly steps: readonly DemoStep[] };
  readonly lines: readonly string[];
}

/** A region that has lost the others answers after its own time-outs; beyond this it does not. */
const ANSWER_MS_MAX = 60_000;

/**
 * Opens a wallet in eu-west, deposits there, withdraws in eu-east and reads in eu-central. Each region is asked
 * once before: the first request of a process opens its connections, and that is not what it costs.
 *
 * @throws CouldNotRun a service is not ready, or answered otherwise than it should
 */
export async function runDemo(status: ClusterStatus): Promise<Demo> {
  for (const { region, api } of status.regions) {
    if (!api.ready) throw new CouldNotRun(`the API of ${region} is not ready: npm run cluster -- status`);
  }
  const walletId = `demo-${randomUUID()}`;
  const asker = new Asker(status);
  const wallet = `/v1/wallets/${walletId}`;
  const euro = (amount: string) => ({ amount, currency: 'EUR' });
  await asker.ask('eu-west', '/v1/wallets', { walletId }, 'open');
  for (const region of ['eu-west', 'eu-east'] as const) {
    await asker.ask(region, `${wallet}/deposits`, euro('1.00'), 'warm up');
    await asker.ask(region, `${wallet}/withdrawals`, euro('1.00'), 'warm up');
  }
  await asker.ask('eu-central', wallet, undefined, 'warm up');
  await asker.ask('eu-west', `${wallet}/deposits`, euro('100.00'), 'deposit 100.00 EUR');
  await asker.ask('eu-east', `${wallet}/withdrawals`, euro('30.00'), 'withdraw 30.00 EUR');
  const read = await asker.ask('eu-central', wallet, undefined, 'read the balance');
  const steps = asker.steps.filter(({ what }) => what !== 'warm up');
  const posted = (read as { balances: { posted: string }[] }).balances[0]?.posted;
  return {
    json: { walletId, roundTripMs: status.roundTripMs, steps },
    lines: [
      `wallet ${walletId}; a round trip between regions takes ${status.roundTripMs} ms`,
      ...steps.map(lineOf),
      `its balance, read in eu-central: ${posted} EUR`,
    ],
  };
}

class Asker {
  readonly steps: DemoStep[] = [];

  constructor(private readonly status: ClusterStatus) {}

  async ask(region: Region, path: string, body: object | undefined, what: string): Promise<unknown> {
    const { api } = this.status.regions.find((each) => each.region === region)!;
    const post = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    };
    const began = performance.now();
    const answer = await fetch(api.url + path, { ...post, signal: AbortSignal.timeout(ANSWER_MS_MAX) }).catch(
      (error: Error) => {
        throw new CouldNotRun(`${what} in ${region}: no answer (${error.message})`);
      },
    );
    const json = (await answer.json()) as { code?: string };
    const ms = performance.now() - began;
    if (!answer.ok) throw new CouldNotRun(`${what} in ${region}: ${answer.status} ${json.code ?? ''}`);
    const { roundTripMs } = this.status;
    const roundTrips = roundTripMs === 0 ? null : Math.round((ms / roundTripMs) * 10) / 10;
    this.steps.push({ what, region, ms: Math.round(ms * 10) / 10, roundTrips });
    return json;
  }
}

function lineOf({ what, region, ms, roundTrips }: DemoStep): string {
  const inTrips = roundTrips === null ? '' : `  ${roundTrips.toFixed(1).padStart(5)} round trips`;
  return `  ${region.padEnd(10)}  ${what.padEnd(20)}  ${ms.toFixed(1).padStart(7)} ms${inTrips}`;
}
