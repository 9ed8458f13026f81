import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../connect.js';
import { StartRefused } from '../errors.js';

/**
 * One row that names the process that migrates. CockroachDB has no advisory locks (`pg_try_advisory_lock` answers true and locks
 * nothing), so this serves both engines. All times are the server's.
 */
export interface Lease {
  /** @throws StartRefused when another process has taken the lease */
  assertHeld(): void;
  /** Part of the caller's transaction: the transaction fails if another process has the lease. It needs no clock. */
  fence(client: Pick<Database, 'query'>): Promise<void>;
  release(): Promise<void>;
}

export interface LeaseTimes {
  /** How long the others wait for a process that died. */
  ttlMs: number;
  /** How long to wait for the migration of another process. */
  waitMsMax: number;
}

/**
 * The lease is renewed each 5 s, so two renewals may fail before it runs out. The wait is 30 minutes, because another process may
 * build an index over a big log.
 */
export const LEASE_TIMES: LeaseTimes = { ttlMs: 15_000, waitMsMax: 30 * 60_000 };
const RENEWALS_PER_TTL = 3;
const POLL_MS = 200;

export const CREATE_LEASE_TABLE = `CREATE TABLE IF NOT EXISTS migration_lease (
  name       text NOT NULL,
  holder     uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT migration_lease_pkey PRIMARY KEY (name)
)`;

/**
 * Waits until this process holds the lease, then renews it until it is released.
 *
 * @param log gets one line when it has to wait
 * @throws StartRefused after `waitMsMax`
 */
export async function acquireLease(
  database: Database,
  log: (line: string) => void,
  times = LEASE_TIMES,
): Promise<Lease> {
  const holder = randomUUID();
  const giveUpAt = performance.now() + times.waitMsMax;
  for (let waited = false; !(await take(database, holder, times.ttlMs)); waited = true) {
    if (!waited) log('another process is migrating this database; waiting for it');
    if (performance.now() > giveUpAt)
      throw new StartRefused('another process has been migrating this database for too long');
    await sleep(POLL_MS);
  }

  let lost = false;
  const refuse = () => new StartRefused('the migration was stopped: another process took over');
  const timer = setInterval(() => {
    renew(database, holder, times.ttlMs).then(
      (held) => void (lost ||= !held),
      () => undefined, // the next renewal tries again; if all fail, the fence detects a lost lease
    );
  }, times.ttlMs / RENEWALS_PER_TTL);

  return {
    assertHeld() {
      if (lost) throw refuse();
    },
    async fence(client) {
      const { rowCount } = await client.query(
        `UPDATE migration_lease SET expires_at = expires_at WHERE name = 'schema' AND holder = $1`,
        [holder],
      );
      if (rowCount !== 1) throw refuse();
    },
    async release() {
      clearInterval(timer);
      await database.query(`DELETE FROM migration_lease WHERE name = 'schema' AND holder = $1`, [holder]);
    },
  };
}

async function take(database: Database, holder: string, ttlMs: number): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO migration_lease (name, holder, expires_at)
     VALUES ('schema', $1, clock_timestamp() + $2::int8 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
     WHERE migration_lease.expires_at < clock_timestamp()`,
    [holder, ttlMs],
  );
  return rowCount === 1;
}

async function renew(database: Database, holder: string, ttlMs: number): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE migration_lease SET expires_at = clock_timestamp() + $2::int8 * interval '1 millisecond'
     WHERE name = 'schema' AND holder = $1`,
    [holder, ttlMs],
  );
  return rowCount === 1;
}
