import { setTimeout as sleep } from 'node:timers/promises';
import { connect, retryIdempotent, type Database } from '@tidemark/database';
import {
  LOG_START,
  NO_COMMIT_ID,
  openEventStore,
  readCommits,
  readRanges,
  type LogCursor,
} from '@tidemark/event-store';
import { CurrencyTable, Money } from '@tidemark/money';
import type { EventTailer, OrderedLog } from './ordering-conformance.js';

const REGION = 'local';
const WALLETS = 5;
const PAGE = 1_000;
const CENT = Money.of('0.01', CurrencyTable.iso4217().get('EUR'));

/**
 * Tidemark's own log. A flush is one statement, and a client cannot keep a statement open. So the delay is before the flush is
 * sent, and `slowDown` adds another one inside it.
 */
export function tidemarkLog(url: string): OrderedLog {
  return {
    async openWriter() {
      const database = await connect({ url, role: 'tidemark_api', applicationName: 'conformance', poolSize: 2 });
      const offset = { ms: 0 };
      const store = openEventStore({
        database: slowed(database),
        clock: () => Date.now() + offset.ms,
      });
      const execute = (command: Parameters<typeof store.execute>[0]['command'], idempotencyKey: string) =>
        store.execute({ command, idempotencyKey, requestHash: idempotencyKey, caller: 'conformance' });
      let count = 0;
      return {
        async append(id, { holdMs, clockOffsetMs }) {
          offset.ms = clockOffsetMs;
          pauseMs.set(database, holdMs);
          const walletId = `ordered-${count++ % WALLETS}`;
          const open = { type: 'OpenWallet', walletId, homeRegion: REGION, metadata: {} } as const;
          if (count <= WALLETS) await execute(open, `open ${id}`);
          await execute({ type: 'Deposit', walletId, movementId: id, amount: CENT, details: {} }, id);
        },
        async close() {
          await store.close();
          await database.close();
        },
      };
    },

    async openTailer() {
      const database = await connect({ url, role: 'tidemark_worker', applicationName: 'conformance', poolSize: 1 });
      let cursor: LogCursor = { position: LOG_START[database.engine], commitId: NO_COMMIT_ID };
      return {
        async tail() {
          const commits = await readCommits(database, { region: REGION, after: cursor, limit: PAGE });
          const found: string[] = [];
          for (const commit of commits) {
            const events = await readRanges(database, REGION, commit.appended);
            const inOrder = events.toSorted((a, b) => a.version - b.version);
            for (const { data } of inOrder) {
              const { movementId } = JSON.parse(data) as { movementId?: string };
              if (movementId !== undefined) found.push(movementId);
            }
          }
          cursor = commits.at(-1) ?? cursor;
          return found;
        },
        close: () => database.close(),
      };
    },
  };
}

const pauseMs = new WeakMap<Database, number>();

/** Delays each flush before it is sent. `slowDown` delays it inside the transaction. */
function slowed(database: Database): Database {
  return {
    ...database,
    query: async (text, values, options) => {
      const isFlush = text.includes('new_outcomes');
      // A slow client sends this late: it was decided on an outdated state, and must detect that.
      if (isFlush) await sleep(pauseMs.get(database) ?? 0);
      return database.query(text, values, options);
    },
  };
}

/** Makes the transactions of some flushes slow, after they have their position. This makes naive tailers skip events. */
export async function slowDown(owner: Database): Promise<void> {
  await owner.query(`CREATE SEQUENCE slow_flushes`);
  await owner.query(`GRANT ALL ON slow_flushes TO tidemark_api`);
  await owner.query(`CREATE FUNCTION slow_flush() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      slept text; -- CockroachDB has no PERFORM
    BEGIN
      IF nextval('slow_flushes') % 7 = 0 THEN
        slept := pg_sleep(0.04);
      END IF;
      RETURN NEW;
    END $$`);
  await owner.query(
    `CREATE TRIGGER slow_flush BEFORE INSERT ON command_outcomes FOR EACH ROW EXECUTE FUNCTION slow_flush()`,
  );
}

/** How a naive event table orders its events, and how its tailer follows. */
export interface NaiveTable {
  readonly name: string;
  readonly type: 'int8' | 'timestamptz';
  /** The SQL expression of the place, computed at the begin of the transaction. `$1` is the client's clock in milliseconds since the epoch. */
  readonly draw: string;
}

export const NAIVE_TABLES: readonly NaiveTable[] = [
  { name: 'a sequence', type: 'int8', draw: `nextval('naive_places') + 0 * $1::int8` },
  { name: 'created_at of the database', type: 'timestamptz', draw: `now() + 0 * $1::int8 * interval '1 second'` },
  { name: 'created_at of the client', type: 'timestamptz', draw: 'to_timestamp($1::float8 / 1000)' },
];

/**
 * A naive event table: an event's place is computed when its transaction begins, and a tailer reads the events after the
 * last place that it saw.
 */
export async function naiveLog(url: string, { type, draw }: NaiveTable): Promise<OrderedLog> {
  const owner = await connect({ url, applicationName: 'conformance', poolSize: 1 });
  await owner.query('DROP TABLE IF EXISTS naive_events');
  await owner.query('DROP SEQUENCE IF EXISTS naive_places');
  await owner.query('CREATE SEQUENCE naive_places');
  await owner.query(`CREATE TABLE naive_events (id text PRIMARY KEY, place ${type} NOT NULL)`);
  await owner.close();
  return {
    async openWriter() {
      const database = await connect({ url, applicationName: 'conformance', poolSize: 1 });
      const once = (id: string, holdMs: number, clock: number) =>
        database.transaction(async (client) => {
          const { rows } = await client.query<{ place: string }>(`SELECT (${draw})::text AS place`, [clock]);
          await sleep(holdMs / 2);
          await client.query(`INSERT INTO naive_events (id, place) VALUES ($1, $2::${type})`, [id, rows[0]!.place]);
          await sleep(holdMs / 2);
        });
      return {
        append: (id, { holdMs, clockOffsetMs }) =>
          retryIdempotent(() => once(id, holdMs, Date.now() + clockOffsetMs), { random: Math.random, sleep }),
        close: () => database.close(),
      };
    },
    openTailer: () => naiveTailer(url, type),
  };
}

async function naiveTailer(url: string, type: 'int8' | 'timestamptz'): Promise<EventTailer> {
  const database = await connect({ url, applicationName: 'conformance', poolSize: 1 });
  let last = type === 'int8' ? '-1' : '2000-01-01T00:00:00Z';
  return {
    async tail() {
      const { rows } = await database.query<{ id: string; place: string }>(
        `SELECT id, place::text AS place FROM naive_events WHERE place > $1::${type} ORDER BY place, id`,
        [last],
      );
      last = rows.at(-1)?.place ?? last;
      return rows.map(({ id }) => id);
    },
    close: () => database.close(),
  };
}
