import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Fault } from '../fault.js';

/** More than any `max_connections` here. It bounds the loop if the connections are never used up. */
const HELD_MAX = 1_000;
const TOO_MANY_CONNECTIONS = '53300';
const HELD_FOR_MS = 1_500;
const TIMES = 1;
const COMMANDS_PER_TIME = 5_000;

export const exhaustConnections: Fault = {
  name: 'exhaust-connections',
  when: 'PostgreSQL has no connection left for the service',
  engines: ['postgres'],
  stage: 'private',
  async strike({ note, reached, server, strikes }) {
    const times = strikes(TIMES, COMMANDS_PER_TIME);
    for (let i = 1; i <= times; i++) {
      await reached(i / (times + 1));
      const held: pg.Client[] = [];
      const first = await hold(server.url, held);
      await holdAll(server.url, held);
      // The connections of the service are closed too, and other clients take them first.
      await first.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tidemark-%'`,
      );
      await holdAll(server.url, held);
      note(`held ${held.length} connections for ${HELD_FOR_MS} ms`);
      await sleep(HELD_FOR_MS);
      await holdAll(server.url, held);
      await Promise.all(held.map((client) => client.end()));
    }
  },
};

async function holdAll(url: string, held: pg.Client[]): Promise<void> {
  while (held.length < HELD_MAX) {
    try {
      await hold(url, held);
    } catch (error) {
      if ((error as { code?: string }).code === TOO_MANY_CONNECTIONS) return;
      throw error;
    }
  }
}

async function hold(url: string, held: pg.Client[]): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'greedy' });
  client.on('error', () => undefined);
  await client.connect();
  held.push(client);
  return client;
}
