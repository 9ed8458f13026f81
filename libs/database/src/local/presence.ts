import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { send, watch } from '../statement.js';

/** Any fixed number. The lock is in the database `postgres`, which nothing else uses. */
const PRESENCE_LOCK = 7_133_801;
const ANSWER_MS_MAX = 5_000;
/** A closed session is still listed for a short time. A real one stays listed. */
const LEAVING_MS_MAX = 1_000;
const POLL_MS = 25;

/**
 * One open session which shows that this process needs the server. (A pool closes its idle connections, so their number
 * does not show it.) Each process that uses the server holds a shared lock. A process that gets the exclusive lock is the only
 * one, and no other can join before the shutdown.
 */
export interface Presence {
  /** Runs `shutDown` if no other Tidemark process and no other client needs the server. */
  leave(shutDown: () => Promise<void>): Promise<void>;
}

/**
 * Joins a server.
 *
 * @param data the data directory that the server must have: the port may now belong to another server
 * @throws Error when the server does not answer, shuts down meanwhile, or has another directory
 */
export async function join(port: number, data: string): Promise<Presence> {
  const client = new pg.Client({
    connectionString: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    application_name: 'tidemark-presence',
    connectionTimeoutMillis: ANSWER_MS_MAX,
    keepAlive: true,
  });
  watch(client, () => undefined);
  const ask = async <Row extends pg.QueryResultRow>(text: string) =>
    (await send<Row>(client, { text }, ANSWER_MS_MAX)).rows[0]!;
  try {
    await client.connect();
    const { served } = await ask<{ served: string }>(`SELECT current_setting('data_directory') AS served`);
    if (served !== data) throw new Error(`port ${port} serves ${served}`);
    await ask(`SELECT pg_advisory_lock_shared(${PRESENCE_LOCK})`);
  } catch (error) {
    await client.end();
    throw error;
  }
  const handle = client as unknown as { ref(): void; unref(): void }; // missing in @types/pg
  handle.unref(); // this session must not keep a finished program alive

  const amAlone = async () => {
    const { alone } = await ask<{ alone: boolean }>(`SELECT pg_try_advisory_lock(${PRESENCE_LOCK}) AS alone`);
    if (!alone) return false;
    const giveUpAt = performance.now() + LEAVING_MS_MAX;
    for (;;) {
      const { others } = await ask<{ others: number }>(
        `SELECT count(*)::int4 AS others FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'tidemark-presence'`,
      );
      if (others === 0) return true;
      if (performance.now() > giveUpAt) return false;
      await sleep(POLL_MS);
    }
  };
  return {
    async leave(shutDown) {
      try {
        handle.ref();
        await ask(`SELECT pg_advisory_unlock_shared(${PRESENCE_LOCK})`);
        if (await amAlone()) await shutDown();
      } catch {
        // The server has stopped or is stopping already.
      } finally {
        await client.end();
      }
    },
  };
}
