import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { cockroachOnPath, migrate, migrationsOf, spreadOverRegions } from '@tidemark/database';
import { LocalCluster, type Region } from '@tidemark/local-cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';

/** Different from the default ports and from those of other tests. */
const BASE_PORT = 26_900;
/** Longer than the work for one command on a busy machine of two cores. */
const ROUND_TRIP_MS = 400;
/** 30 s without other load. To spread a schema took 3 min with thirty processes on two cores. */
const SETUP_MS_MAX = 600_000;
/** An odd number, so that the median is one of the values. */
const SAMPLES = 9;
const LISTS = ['/wallets', '/wallets/eu-west/statement', '/journal', '/trial-balance', '/daily-totals'];

interface Served {
  readonly ms: number;
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read the fields that they expect
  readonly json: any;
}

const binary = cockroachOnPath();
const suite = binary ? describe : describe.skip;

suite(`distance between regions${binary ? '' : ' (skipped: no `cockroach` on PATH)'}`, () => {
  const place = new Workplace(undefined);
  let cluster: LocalCluster;
  const apis = new Map<Region, string>();

  const ask = async (region: Region, path: string, init: RequestInit): Promise<Served> => {
    const began = performance.now();
    const answer = await fetch(`${apis.get(region)}/v1${path}`, init);
    const json: unknown = await answer.json();
    return { ms: performance.now() - began, status: answer.status, headers: answer.headers, json };
  };
  const post = (region: Region, path: string, body: object, key: string = randomUUID()): Promise<Served> =>
    ask(region, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
  const euro = (amount: string) => ({ amount, currency: 'EUR' });
  const deposit = (region: Region, wallet: string, key?: string) =>
    post(region, `/wallets/${wallet}/deposits`, euro('1.00'), key);
  /** The median time of some requests, in round trips. */
  const roundTrips = async (work: () => Promise<Served>, expected = 201): Promise<number> => {
    const all: number[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      const { ms, status } = await work();
      expect(status).toBe(expected);
      all.push(ms);
    }
    return all.sort((a, b) => a - b)[(SAMPLES - 1) / 2]! / ROUND_TRIP_MS;
  };
  const timings = ({ headers }: Pick<Served, 'headers'>) =>
    (headers.get('server-timing') ?? '').split(', ').map((each) => each.replace(/dur=[\d.]+/, 'dur=…'));

  beforeAll(async () => {
    cluster = await LocalCluster.up({ directory: join(place.directory, 'cluster'), basePort: BASE_PORT });
    const url = cluster.sqlUrl('eu-west');
    const migrations = migrationsOf('cockroach');
    await migrate({ url, directory: migrations });
    await spreadOverRegions({ url, directory: join(migrations, 'multi-region'), survive: 'zone' });
    await cluster.keepVotersAtHome();
    for (const { region, api } of (await cluster.startServices()).regions) apis.set(region, api.url);
    for (const region of ['eu-west', 'eu-east'] as const) await post(region, '/wallets', { walletId: region });
    // The first requests cause work that a process or a node does once: connections, descriptors, statements.
    for (const region of apis.keys()) {
      for (const wallet of ['eu-west', 'eu-east']) expect((await deposit(region, wallet)).status).toBe(201);
    }
    await post('eu-west', '/transfers', { from: 'eu-west', to: 'eu-east', ...euro('1.00') });
    for (const list of LISTS) await ask('eu-central', `${list}?consistency=eventual`, {});
    for (const region of apis.keys()) await ask(region, '/wallets/eu-west', {});
    await cluster.slow(ROUND_TRIP_MS);
  }, SETUP_MS_MAX);

  afterAll(async () => {
    await cluster?.down();
    place.leave();
  }, 60_000);

  it('a deposit in the home region waits for no other region with the survival goal zone, and its headers show it', async () => {
    for (const region of ['eu-west', 'eu-east'] as const) {
      expect(await roundTrips(() => deposit(region, region))).toBeLessThan(0.5);
      const served = await deposit(region, region);
      expect(served.headers.get('tidemark-home-region')).toBe(region);
      expect(timings(served)).toEqual([`total;dur=…;desc="${region}"`]);
    }
  });

  it('a command that is sent to another region waits for one round trip, and its headers show it', async () => {
    const trips = await roundTrips(() => deposit('eu-central', 'eu-west'));
    expect(trips).toBeGreaterThanOrEqual(0.99);
    expect(trips).toBeLessThan(1.5);
    const served = await deposit('eu-central', 'eu-west');
    expect(served.headers.get('tidemark-home-region')).toBe('eu-west');
    expect(timings(served)).toEqual(['forward;dur=…;desc="eu-west"', 'total;dur=…;desc="eu-central"']);
  });

  it('a read of a wallet in another region waits for one round trip, is current, and its headers show the region', async () => {
    const trips = await roundTrips(() => ask('eu-central', '/wallets/eu-west/events?limit=2', {}), 200);
    expect(trips).toBeGreaterThanOrEqual(0.99);
    expect(trips).toBeLessThan(1.5);
    const written = await deposit('eu-east', 'eu-west');
    const served = await ask('eu-central', '/wallets/eu-west', {});
    expect(served.headers.get('etag')).toBe(written.headers.get('etag'));
    expect(served.headers.get('tidemark-home-region')).toBe('eu-west');
    expect(timings(served)).toEqual(['forward;dur=…;desc="eu-west"', 'total;dur=…;desc="eu-central"']);
    expect(timings(await ask('eu-central', '/wallets/eu-west?consistency=eventual', {}))).toHaveLength(1);
  });

  it('an opening that names no region gets its first answer in every region', async () => {
    for (const body of [{ walletId: 'anywhere' }, {}]) {
      const key = randomUUID();
      const told: Served[] = [];
      for (const region of ['eu-east', 'eu-west', 'eu-central'] as const) {
        told.push(await post(region, '/wallets', body, key));
      }
      expect(told.map(({ status }) => status)).toEqual([201, 200, 200]);
      expect(told.map(({ json }) => json)).toEqual(Array(3).fill(told[0]!.json));
      expect(told[0]!.json.homeRegion).toBe('eu-east');
    }
  });

  it('two regions that write the same wallet in turn do not race for it', async () => {
    let turn = 0;
    const trips = await roundTrips(() => deposit(turn++ % 2 === 0 ? 'eu-central' : 'eu-east', 'eu-west'));
    expect(trips).toBeLessThan(1.5);
  });

  it.each(LISTS)('%s with consistency=eventual is answered in the local region, with its age', async (list) => {
    const eventual = () => ask('eu-central', `${list}?consistency=eventual`, {});
    const { headers, json } = await eventual();
    expect(timings({ headers })).toEqual(['total;dur=…;desc="eu-central"']);
    expect(Date.now() - Date.parse(json.readAsOf)).toBeGreaterThan(2_000);
    expect(Date.now() - Date.parse(json.readAsOf)).toBeLessThan(20_000);
  });

  it('a repeat gets the first answer in every region', async () => {
    const key = randomUUID();
    const first = await deposit('eu-east', 'eu-west', key);
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    for (const region of ['eu-west', 'eu-central', 'eu-east'] as const) {
      const again = await deposit(region, 'eu-west', key);
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
      expect(again.json).toEqual(first.json);
      expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    }
  });

  it('the headers of a rejection show the region too', async () => {
    const served = await post('eu-east', '/wallets/eu-west/withdrawals', euro('1000000.00'));
    expect(served).toMatchObject({ status: 422, json: { code: 'insufficient_funds' } });
    expect(served.headers.get('content-type')).toBe('application/problem+json');
    expect(served.headers.get('tidemark-home-region')).toBe('eu-west');
  });

  it('a wallet is opened in another region by that region, and found from every region', async () => {
    const opened = await post('eu-east', '/wallets', { walletId: 'far', homeRegion: 'eu-west' });
    expect(opened).toMatchObject({ status: 201, json: { homeRegion: 'eu-west' } });
    expect(timings(opened)[0]).toBe('forward;dur=…;desc="eu-west"');
    const served = await deposit('eu-central', 'far');
    expect([served.status, served.headers.get('tidemark-home-region')]).toEqual([201, 'eu-west']);
  });

  it('a moved wallet is found in its new home region after one command', async () => {
    await deposit('eu-central', 'far');
    const moved = await post('eu-west', '/wallets/far/rehome', { homeRegion: 'eu-east' });
    expect([moved.status, moved.headers.get('tidemark-home-region')]).toEqual([201, 'eu-east']);
    const first = await deposit('eu-central', 'far');
    expect([first.status, first.headers.get('tidemark-home-region')]).toEqual([201, 'eu-east']);
    expect(timings(await deposit('eu-central', 'far'))[0]).toBe('forward;dur=…;desc="eu-east"');
  });

  it('a transfer across regions is forwarded to the region of its source', async () => {
    await cluster.slow(60); // a transfer takes several round trips, and this test does not measure the time
    const body = { from: 'eu-west', to: 'eu-east', ...euro('1.00') };
    const served = await post('eu-east', '/transfers', body);
    expect([served.status, served.headers.get('tidemark-home-region')]).toEqual([201, 'eu-west']);
    expect(timings(served)[0]).toBe('forward;dur=…;desc="eu-west"');
  });
});
