import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '@tidemark/database';
import { readWalletEvents, type RecordedEvent } from '@tidemark/event-store';
import type { ClusterStatus, LocalCluster, Region } from '@tidemark/local-cluster';
import { CouldNotRun } from '../../process/exit.js';
import { judge, type DrillVerdict } from './drill-check.js';
import { CURRENCY, type DrillWallet } from './drill-command.js';
import { DrillLoad } from './drill-load.js';

export interface DrillOptions {
  readonly cluster: LocalCluster;
  /** The one that dies. */
  readonly region: Region;
  /** How long the load runs before the death, and again after it. */
  readonly secondsEach: number;
  /** Told what is going on, a line each. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Drill {
  readonly region: Region;
  readonly roundTripMs: number;
  readonly commands: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly askedAgain: number;
  /** From the death to the first answer about a wallet that lived there. */
  readonly firstSuccessMs: number;
  readonly restartMs: number;
  readonly wallets: number;
  readonly verdict: DrillVerdict;
}

const WALLETS_PER_REGION = 8;
const FIRST_DEPOSIT = '20.00';
const PAGE = 500;
const OPEN_MS_MAX = 30_000;

/**
 * Kills a region while callers in all three go on, starts it again under the same load, and compares every answer with the log.
 *
 * @throws CouldNotRun a service is not ready, nobody took over, interrupted; ClusterRefused
 */
export async function runDrill({ cluster, region, secondsEach, say, signal }: DrillOptions): Promise<Drill> {
  const status = await cluster.status();
  for (const each of status.regions) {
    if (!each.api.ready) throw new CouldNotRun(`the API of ${each.region} is not ready: npm run cluster -- status`);
  }
  const name = `drill-${randomUUID().slice(0, 8)}`;
  const wallets = await openWallets(status, name);
  const apis = status.regions.map((each) => ({ region: each.region, url: each.api.url }));
  const load = new DrillLoad({ apis, wallets, name, random: Math.random });
  const goOn = () => sleep(secondsEach * 1_000, undefined, { signal });
  let firstSuccess: number | undefined;
  let restartMs: number;
  try {
    say(`load on ${wallets.length} wallets from three regions …`);
    await goOn();
    say(`kill -9 of ${region}: node, API and worker …`);
    await cluster.kill(region);
    firstSuccess = await load.timeToFirstSuccess(region, signal);
    if (firstSuccess === undefined) throw new CouldNotRun(`no region took over the wallets of ${region}`);
    say(`a wallet of ${region} was served by another region after ${seconds(firstSuccess)} s`);
    await goOn();
    say(
      `starting ${region} again${status.onDisk ? '' : '; its node is empty, and copying takes two to three minutes'} …`,
    );
    const began = performance.now();
    await restart(cluster, region, say);
    restartMs = Math.round(performance.now() - began);
    await goOn();
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CouldNotRun(`interrupted; ${region} may be down: npm run cluster -- restart ${region}`);
  } finally {
    await load.stop();
  }
  say('reading the log …');
  const events = await readEvents(status, wallets);
  const count = (told: string) => load.answers.filter((each) => each.told === told).length;
  return {
    ...{ region, roundTripMs: status.roundTripMs, commands: load.answers.length },
    ...{ accepted: count('accepted'), rejected: count('rejected'), unknown: count('unknown') },
    ...{ askedAgain: load.askedAgain, firstSuccessMs: Math.round(firstSuccess), restartMs, wallets: wallets.length },
    verdict: judge(load.answers, events),
  };
}

/** For people: what was asked and answered, and what the log says about it. */
export function drillLines({ verdict, ...drill }: Drill): string[] {
  const { commands, accepted, rejected, unknown, askedAgain, region, firstSuccessMs, wallets } = drill;
  const found = [...verdict.lost, ...verdict.doubled, ...verdict.wrong];
  return [
    `${region} died and came back; its wallets were served again after ${seconds(firstSuccessMs)} s`,
    `${commands} commands: ${accepted} accepted, ${rejected} rejected, ${unknown} unknown; ${askedAgain} requests sent again`,
    ...found.slice(0, FOUND_SHOWN_MAX).map((line) => `  ${line}`),
    `checked ${verdict.events} events of ${wallets} wallets: ${verdict.lost.length} lost, ${verdict.doubled.length} doubled` +
      (verdict.wrong.length > 0 ? `, ${verdict.wrong.length} wrong` : ''),
  ];
}

/** A service whose first statements meet a node that is still finding its feet ends, and a supervisor would start it again. */
async function restart(cluster: LocalCluster, region: Region, say: (line: string) => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await cluster.restart(region));
    } catch (error) {
      if (attempt === RESTARTS_MAX) throw error;
      say(`${(error as Error).message}; once more …`);
    }
  }
}

const RESTARTS_MAX = 4;
const FOUND_SHOWN_MAX = 10;

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

async function openWallets({ regions }: ClusterStatus, name: string): Promise<DrillWallet[]> {
  const wallets = regions.flatMap(({ region, api }) =>
    Array.from({ length: WALLETS_PER_REGION }, (_, i) => ({
      walletId: `${name}-${region}-${i}`,
      home: region,
      url: api.url,
    })),
  );
  await Promise.all(
    wallets.map(async ({ walletId, home, url }) => {
      await post(`${url}/v1/wallets`, { walletId, homeRegion: home }, `open-${walletId}`);
      const first = { amount: FIRST_DEPOSIT, currency: CURRENCY };
      await post(`${url}/v1/wallets/${walletId}/deposits`, first, `first-${walletId}`);
    }),
  );
  return wallets.map(({ walletId, home }) => ({ walletId, home }));
}

async function post(url: string, body: object, key: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(OPEN_MS_MAX),
  }).catch((error: Error) => {
    throw new CouldNotRun(`${url}: no answer (${error.message})`);
  });
  if (!answer.ok) throw new CouldNotRun(`${url}: ${answer.status} ${await answer.text()}`);
}

async function readEvents({ regions }: ClusterStatus, wallets: readonly DrillWallet[]): Promise<RecordedEvent[]> {
  const database = await connect({ url: regions[0]!.node.url, applicationName: 'tidemark-drill', poolSize: 4 });
  try {
    const all = await Promise.all(wallets.map(({ walletId }) => eventsOf(database, walletId)));
    return all.flat();
  } finally {
    await database.close();
  }
}

async function eventsOf(database: Database, walletId: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = (await readWalletEvents(database, { walletId, after: events.length, limit: PAGE })) ?? [];
    events.push(...page);
    if (page.length < PAGE) return events;
  }
}
