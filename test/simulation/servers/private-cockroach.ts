import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cockroachOnPath, connect } from '@tidemark/database';
import { CockroachNode } from './cockroach-node.js';
import type { DatabaseServer } from './database-server.js';
import { freePort } from './service-process.js';

/** A private single CockroachDB node, with its data on disk. */
export async function privateCockroach(directory: string): Promise<DatabaseServer> {
  const [sqlPort, httpPort] = [await freePort(), await freePort()];
  const node = new CockroachNode(
    cockroachOnPath()!,
    [
      'start-single-node',
      '--insecure',
      `--store=${join(directory, 'store')}`,
      `--listen-addr=127.0.0.1:${sqlPort}`,
      `--http-addr=127.0.0.1:${httpPort}`,
      '--log={sinks: {stderr: {filter: NONE}}}',
    ],
    sqlPort,
  );
  const start = async () => {
    await node.launch();
    await node.untilReady(() => probe(node.url));
  };
  await start();
  return {
    engine: 'cockroach',
    url: node.url,
    kill: () => node.kill(),
    shutDown: () => node.drain(),
    start,
    async close() {
      await node.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** @throws if no server answers a query */
export async function probe(url: string): Promise<void> {
  const database = await connect({ url, applicationName: 'tidemark-simulation', poolSize: 1 });
  await database.close();
}
