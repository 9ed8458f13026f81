import type { Database, Engine } from '@tidemark/database';
import {
  packedUpTo,
  readAsManyAsFit,
  SEPARATOR,
  unpackedEvents,
  type BoundedEvents,
  type ProjectedEvent,
} from './packed-events.js';
import { PAGE_BYTES_MAX } from './page-bytes.js';
import { POSITION_TYPE, positionOf, type Position } from './position.js';

type Reader = Pick<Database, 'query' | 'engine'>;

/** A place in a region's events in the order of their primary key. */
export interface EventPlace {
  readonly walletId: string;
  readonly version: number;
}

export interface EventPage {
  readonly events: readonly ProjectedEvent[];
  /** Of their data. */
  readonly bytes: number;
  /** Whether this is the last page. */
  readonly end: boolean;
}

/** How far in the past CockroachDB reads a page. No writer is active there any more, so readers and writers do not wait for each other. */
const READ_AGE = '1s';
/** A fixed position lies further back, by twice the difference that CockroachDB allows between two clocks. */
const FIXED_AGE_NANOSECONDS = 2_000_000_000n;

/**
 * A position up to which the log is complete: later writes come after it.
 * CockroachDB: two seconds ago, because pages are read from the past.
 */
export async function fixPosition({ engine, query }: Reader): Promise<Position> {
  if (engine === 'postgres') {
    const { rows } = await query<{ position: string }>(`SELECT position::text AS position FROM log_head`);
    return positionOf(engine, rows[0]!.position);
  }
  const { rows } = await query<{ now: string }>(`SELECT cluster_logical_timestamp()::text AS now`);
  const nanoseconds = BigInt(rows[0]!.now.split('.')[0]!) - FIXED_AGE_NANOSECONDS;
  return `${nanoseconds}.0000000000`;
}

/**
 * One page of a region's events in the order of their primary key, up to a fixed position. It ends before `limit` where the
 * data of its events would be more than `PAGE_BYTES_MAX`.
 *
 * @param to the last wallet of the range; null: to the end
 * @param upTo from `fixPosition`
 */
export async function readEventPage(
  { engine, query }: Reader,
  {
    region,
    after,
    to,
    upTo,
    limit,
  }: { region: string; after: EventPlace; to: string | null; upTo: Position; limit: number },
): Promise<EventPage> {
  const open = to === null;
  const { row, parts } = await readAsManyAsFit(limit, async (size) => {
    const values = [
      SEPARATOR,
      region,
      after.walletId,
      after.version,
      upTo,
      size,
      PAGE_BYTES_MAX,
      ...(open ? [] : [to]),
    ];
    const { rows } = await query<BoundedEvents>(PAGE[engine][open ? 'toEnd' : 'toWallet'], values, {
      name: open ? 'event-page' : 'event-page-to',
    });
    return rows[0]!;
  });
  const events = unpackedEvents(engine, region, row);
  return { events, bytes: Number(row.bytes ?? 0), end: parts === limit && events.length < limit };
}

/** Cuts a region's wallets into about equal parts: the last wallet id of each but the last. */
export async function splitWallets(
  { query }: Reader,
  region: string,
  wallets: number,
  parts: number,
): Promise<string[]> {
  const size = Math.ceil(wallets / parts);
  const cuts: string[] = [];
  for (let after = ''; cuts.length < parts - 1;) {
    const { rows } = await query<{ wallet_id: string }>(
      `SELECT w.wallet_id FROM wallets w WHERE w.region = $1::text AND w.wallet_id > $2::text
       ORDER BY w.wallet_id OFFSET $3::int8 LIMIT 1`,
      [region, after, size - 1],
      { name: 'split-wallets' },
    );
    if (!rows[0]) break;
    cuts.push((after = rows[0].wallet_id));
  }
  return cuts;
}

/** How many wallets live in a region. */
export async function countWallets({ query }: Reader, region: string): Promise<number> {
  const { rows } = await query<{ n: string }>(`SELECT count(*) AS n FROM wallets w WHERE w.region = $1::text`, [
    region,
  ]);
  return Number(rows[0]!.n);
}

const PAGE: Record<Engine, Record<'toEnd' | 'toWallet', string>> = {
  postgres: pagesSql(POSITION_TYPE.postgres, ''),
  cockroach: pagesSql(POSITION_TYPE.cockroach, `AS OF SYSTEM TIME '-${READ_AGE}'`),
};

function pagesSql(positionType: string, asOf: string): Record<'toEnd' | 'toWallet', string> {
  const page = (bound: string) => `
SELECT ${packedUpTo('p', '$7::int8')}
FROM (SELECT e.wallet_id, e.version, e.position, e.recorded_at, e.type, e.schema_version, e.data
      FROM wallet_events e
      WHERE e.region = $2::text AND e.wallet_id >= $3::text AND (e.wallet_id, e.version) > ($3::text, $4::int8)
        AND e.position <= $5::${positionType} ${bound}
      ORDER BY e.wallet_id, e.version
      LIMIT $6::int8) p ${asOf}`;
  return { toEnd: page(''), toWallet: page('AND e.wallet_id <= $8::text') };
}
