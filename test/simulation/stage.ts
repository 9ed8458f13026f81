import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Engine } from '@tidemark/database';
import type { TestEngine } from '@tidemark/testing';
import type { Stage } from './fault.js';
import type { DatabaseServer } from './servers/database-server.js';
import { withoutAdmissionControl } from './servers/admission.js';
import { lastWill } from './servers/last-will.js';
import { privateCockroach } from './servers/private-cockroach.js';
import { privatePostgres } from './servers/private-postgres.js';
import { RegionCluster, TIDEMARK } from './servers/region-cluster.js';
import { SmallDisk } from './servers/small-disk.js';

/** A database for faults, and its data. It is kept for several simulations, because some stages take long to build. */
export interface SetStage {
  readonly engine: TestEngine;
  readonly server: DatabaseServer | undefined;
  readonly cluster: RegionCluster | undefined;
  readonly disk: SmallDisk | undefined;
  readonly close: () => Promise<void>;
}

/** Why a stage is not possible on this machine; undefined if it is. */
export async function stageMissing(stage: Stage, engine: TestEngine): Promise<string | undefined> {
  if (stage === 'shared') return undefined;
  if (engine.engine === 'cockroach' && engine.found !== 'on PATH') {
    return `it takes a cockroach on PATH, and this one is ${engine.found}`;
  }
  if (stage !== 'small-disk') return undefined;
  const scratch = await mkdtemp(join(tmpdir(), 'tidemark-faults-'));
  return await SmallDisk.unable(scratch).finally(() => rm(scratch, { recursive: true, force: true }));
}

export async function setStage(stage: Stage, shared: TestEngine): Promise<SetStage> {
  if (stage === 'shared') {
    // Only a node that the tests started themselves, never one that was given by its URL.
    if (shared.engine === 'cockroach' && shared.found === 'on PATH') await withoutAdmissionControl(shared.url);
    return { engine: shared, server: undefined, cluster: undefined, disk: undefined, close: async () => undefined };
  }
  const scratch = await mkdtemp(join(tmpdir(), 'tidemark-faults-'));
  await chmod(scratch, 0o755); // if this process is root, PostgreSQL runs as another user
  const revoke = lastWill(TIDY_UP, scratch, process.execPath, TIDEMARK);
  const disk = stage === 'small-disk' ? await SmallDisk.mount(join(scratch, 'disk')) : undefined;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers) await end();
    await disk?.unmount();
    await rm(scratch, { recursive: true, force: true });
    await revoke();
  };
  const set = { disk, close, server: undefined, cluster: undefined };
  try {
    if (stage === 'cluster') {
      const cluster = await RegionCluster.start(join(scratch, CLUSTER_DIRECTORY));
      closers.push(() => cluster.close());
      await withoutAdmissionControl(cluster.url('eu-east'));
      return { ...set, cluster, engine: { ...shared, url: cluster.url('eu-east'), found: stage } };
    }
    const server = await startServer(shared.engine, join(disk?.directory ?? scratch, 'data'));
    closers.push(() => server.close());
    if (shared.engine === 'cockroach') await withoutAdmissionControl(server.url);
    if (disk) await withLittleWriteAheadLog(server.url);
    return { ...set, server, engine: { ...shared, url: server.url, found: stage } };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The folder of `tidemark cluster` in a directory. */
const CLUSTER_DIRECTORY = join('.tidemark', 'cluster');

/** Ends the servers of a scratch directory (a single CockroachDB node ends by itself), and removes the directory's content. */
const TIDY_UP = `
for pid in "$1"/data/data/postmaster.pid "$1"/disk/data/data/postmaster.pid; do
  [ -f "$pid" ] && kill -KILL "$(head -n 1 "$pid")"
done
if [ -d "$1"/.tidemark/cluster ]; then cd "$1" && "$2" "$3" cluster down; fi
umount -l "$1"/disk
rm -rf "$1"`;

/** Otherwise the log of many rounds would fill a small disk before the fault does. */
async function withLittleWriteAheadLog(url: string): Promise<void> {
  const database = await connect({ url, applicationName: 'tidemark-simulation', poolSize: 1 });
  try {
    await database.query(`ALTER SYSTEM SET max_wal_size = '96MB'`);
    await database.query('SELECT pg_reload_conf()');
  } finally {
    await database.close();
  }
}

async function startServer(engine: Engine, directory: string): Promise<DatabaseServer> {
  return engine === 'cockroach' ? await privateCockroach(directory) : await privatePostgres(directory);
}
