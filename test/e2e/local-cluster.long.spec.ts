import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cockroachOnPath, connect, type Database } from '@tidemark/database';
import { LocalCluster, REGIONS, type ClusterStatus, type Region } from '@tidemark/local-cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';

/** Different from the default ports, which a demonstration may use. */
const BASE_PORT = 26_700;
const ROUND_TRIP_MS = 60;
/** With other tests on the same two cores, a statement may take this long. */
const STATEMENT_MS_MAX = 45;
/** CockroachDB checks about once a second whether a lease is in its region, on a node without much load. */
const LEASE_MS_MAX = 40_000;
/** Leases run out after 6 s, and a node that was cut off retries with a growing pause. */
const RECOVERY_MS_MAX = 20_000;

const place = new Workplace(undefined);
const directory = join(place.directory, '.tidemark', 'cluster');
const pidsOf = ({ regions }: ClusterStatus) => regions.map(({ node }) => node.pid!);

/** Whether the system lists the process. An ended process whose exit code was not read yet (state Z) does not count. */
function runs(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout.trim());
}

async function eventually(ms: number, check: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The fastest of a few attempts: the time without other load. */
async function fastest(times: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

const binary = cockroachOnPath();
const suite = binary ? describe : describe.skip;

suite(`the local cluster${binary ? '' : ' (skipped: no `cockroach` on PATH)'}`, () => {
  let cluster: LocalCluster;
  const gateways = new Map<Region, Database>();
  const at = (region: Region) => gateways.get(region)!;
  const answers = async (region: Region, text: string) => {
    try {
      return (await at(region).query(text, [], { timeoutMs: 2_000 })).rowCount > 0;
    } catch {
      return false;
    }
  };

  beforeAll(async () => {
    cluster = await LocalCluster.up({ directory, basePort: BASE_PORT, onDisk: true });
    for (const region of REGIONS) {
      const url = cluster.sqlUrl(region, 'defaultdb');
      gateways.set(region, await connect({ url, applicationName: 'test', poolSize: 1 }));
    }
  });

  afterAll(async () => {
    for (const database of gateways.values()) await database.close();
    await LocalCluster.down(directory);
    place.leave();
  });

  it('has a node in each of three regions', async () => {
    const { rows } = await at('eu-central').query<{ region: string }>(
      'SELECT region FROM [SHOW REGIONS FROM CLUSTER] ORDER BY region',
    );
    expect(rows.map(({ region }) => region)).toEqual([...REGIONS].sort());
    const { regions, roundTripMs } = await cluster.status();
    expect(roundTripMs).toBe(0);
    expect(regions.map(({ node, api, cut }) => [node.state, node.ready, api.state, cut])).toEqual(
      REGIONS.map(() => ['running', true, 'absent', false]),
    );
  });

  it('refuses a second cluster, in one line', async () => {
    await expect(LocalCluster.up({ directory, basePort: BASE_PORT + 100 })).rejects.toThrow(
      'the cluster is already up',
    );
    await expect(LocalCluster.up({ directory: join(place.directory, 'other'), basePort: BASE_PORT })).rejects.toThrow(
      `port ${BASE_PORT} (control) is taken: choose other ports with --base-port`,
    );
  });

  it('delays a round trip between regions by the given time, and none within a region', async () => {
    const west = at('eu-west');
    await west.query(
      `CREATE DATABASE far PRIMARY REGION "eu-west" REGIONS "eu-central", "eu-east" SURVIVE REGION FAILURE`,
    );
    await west.query('CREATE TABLE far.t (id int PRIMARY KEY, v int) LOCALITY REGIONAL BY TABLE IN "eu-east"');
    await west.query('INSERT INTO far.t VALUES (1, 0)');
    await eventually(LEASE_MS_MAX, async () => {
      const { rows } = await west.query<{ home: string }>(
        'SELECT lease_holder_locality AS home FROM [SHOW RANGES FROM TABLE far.t WITH DETAILS]',
      );
      return rows.every(({ home }) => home.startsWith('region=eu-east'));
    });
    expect((await cluster.slow(ROUND_TRIP_MS)).roundTripMs).toBe(ROUND_TRIP_MS);
    const read = (region: Region) => fastest(10, () => at(region).query('SELECT v FROM far.t WHERE id = 1'));
    const write = (region: Region) => fastest(10, () => at(region).query('UPDATE far.t SET v = v + 1 WHERE id = 1'));
    const [near, far, agreed, farAgreed] = [
      await read('eu-east'),
      await read('eu-west'),
      await write('eu-east'),
      await write('eu-west'),
    ];
    expect(near).toBeLessThan(STATEMENT_MS_MAX);
    expect(far).toBeGreaterThanOrEqual(ROUND_TRIP_MS - 1);
    expect(far).toBeLessThan(ROUND_TRIP_MS + STATEMENT_MS_MAX);
    // A majority of three replicas in three regions costs one more round trip.
    expect(agreed).toBeGreaterThanOrEqual(ROUND_TRIP_MS - 1);
    expect(agreed).toBeLessThan(ROUND_TRIP_MS + STATEMENT_MS_MAX);
    expect(farAgreed).toBeGreaterThanOrEqual(2 * ROUND_TRIP_MS - 1);
  });

  it('drops all traffic while a region is cut, and passes all after the cut is healed', async () => {
    await cluster.slow(0);
    await cluster.cut('eu-east');
    await eventually(RECOVERY_MS_MAX, () => answers('eu-west', 'UPDATE far.t SET v = v + 1 WHERE id = 1 RETURNING v'));
    expect(await answers('eu-east', 'UPDATE far.t SET v = v + 1 WHERE id = 1 RETURNING v')).toBe(false);
    const { regions } = await cluster.status();
    expect(regions.map(({ region, cut }) => [region, cut])).toEqual(REGIONS.map((each) => [each, each === 'eu-east']));
    await cluster.heal();
    await eventually(RECOVERY_MS_MAX, () => answers('eu-east', 'UPDATE far.t SET v = v + 1 WHERE id = 1 RETURNING v'));
  });

  it('loses only the killed region, and gets it back with all data', async () => {
    const killed = await cluster.kill('eu-central');
    expect(killed.regions[1]!.node).toMatchObject({ state: 'stopped', ending: 'ended by SIGKILL', pid: null });
    await eventually(RECOVERY_MS_MAX, () => answers('eu-west', 'UPDATE far.t SET v = v + 1 WHERE id = 1 RETURNING v'));
    const { regions } = await cluster.restart('eu-central');
    expect(regions[1]!.node).toMatchObject({ state: 'running', ready: true });
    await eventually(RECOVERY_MS_MAX, () => answers('eu-central', 'SELECT v FROM far.t WHERE id = 1'));
  });

  it('leaves no process after `down`, in order and after a crash of its supervisor', async () => {
    const before = pidsOf(await cluster.status());
    expect(before.every(runs)).toBe(true);
    expect(await cluster.down()).toBe(1 + REGIONS.length);
    expect(before.filter(runs)).toEqual([]);
    await expect(cluster.status()).rejects.toThrow(/npm run cluster -- down/);
    expect(() => LocalCluster.running(directory)).toThrow('the cluster is not up: npm run cluster -- up');

    const again = await LocalCluster.up({ directory, basePort: BASE_PORT, onDisk: true });
    const after = pidsOf(await again.status());
    const record = JSON.parse(readFileSync(join(directory, 'cluster.json'), 'utf8')) as { supervisor: { pid: number } };
    process.kill(record.supervisor.pid, 'SIGKILL');
    await LocalCluster.down(directory);
    expect([record.supervisor.pid, ...after].filter(runs)).toEqual([]);
  });
});

describe('tidemark cluster', () => {
  const elsewhere = new Workplace(undefined);
  afterAll(() => elsewhere.leave());

  it.each([
    [['status'], 3, 'tidemark: the cluster is not up: npm run cluster -- up\n'],
    [['demo'], 3, 'tidemark: the cluster is not up: npm run cluster -- up\n'],
    [['heal'], 3, 'tidemark: the cluster is not up: npm run cluster -- up\n'],
    [['cut', 'eu-west'], 3, 'tidemark: the cluster is not up: npm run cluster -- up\n'],
    [['cut', 'mars'], 2, /^tidemark: .*The regions are eu-west, eu-central, eu-east\.\n$/],
    [['kill'], 2, /^tidemark: missing required argument 'region'\n$/],
    [['slow', '-1'], 2, /^tidemark: .*\n$/],
    [['slow', '1001'], 2, /^tidemark: .*It must be a whole number from 0 to 1000\.\n$/],
    [['slow', 'far'], 2, /^tidemark: .*It must be a whole number from 0 to 1000\.\n$/],
    [['up', '--base-port', '80'], 2, /^tidemark: .*It must be a whole number from 1024 to 65490\.\n$/],
    [['up', '--survive', 'everything'], 2, /^tidemark: .*Allowed choices are zone, region\.\n$/],
  ] as const)('%j is refused with %d and one line', async (args, code, stderr) => {
    const ended = await elsewhere.run('cluster', ...args);
    expect(ended).toMatchObject({
      code,
      stdout: '',
      stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr),
    });
  });

  it('`down` without a running cluster succeeds', async () => {
    expect((await elsewhere.json('cluster', 'down')).json).toEqual({ ended: 0 });
  });

  it('`up` without a `cockroach` reports that', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      const ended = await elsewhere.run('cluster', 'up');
      expect(ended).toMatchObject({ code: 3, stderr: 'tidemark: there is no `cockroach` on PATH\n' });
    } finally {
      process.env.PATH = path;
    }
  });

  it.skipIf(!binary)('`up` on ports of another process names the port', async () => {
    const stranger = createServer().listen(BASE_PORT + 210, '127.0.0.1');
    await once(stranger, 'listening');
    const ended = await elsewhere.run('cluster', 'up', '--base-port', String(BASE_PORT + 200));
    stranger.close();
    expect(ended).toMatchObject({
      code: 3,
      stderr: `tidemark: port ${BASE_PORT + 210} (SQL of eu-west) is taken: choose other ports with --base-port\n`,
    });
  });
});
