import type { Database, Engine } from '@tidemark/database';
import { positionOf, type Position } from './position.js';
import type { RecordedEvent } from './recorded-event.js';

type Reader = Pick<Database, 'query' | 'engine'>;

/** An event without what only an audit asks for, which is half of its bytes. */
export type ProjectedEvent = Omit<RecordedEvent, 'metadata' | 'hash'>;

/** A place in a region's events in the order of their primary key. */
export interface EventPlace {
  readonly walletId: string;
  readonly version: number;
}

/** How far in the past CockroachDB reads a page: no writer is at work there any more, so nobody waits for the other. */
const READ_AGE = '1s';
/** A fixed position lies further back, by twice the difference that CockroachDB allows between two clocks. */
const FIXED_AGE_NANOSECONDS = 2_000_000_000n;

/**
 * A position up to which the log is complete and can be read at leisure: whatever is written from now on comes after it.
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
 * One page of a region's events in the order of their primary key, up to a fixed position.
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
): Promise<ProjectedEvent[]> {
  const values = [region, after.walletId, after.version, upTo, limit, ...(to === null ? [] : [to])];
  const open = to === null;
  const { rows } = await query<Record<keyof ProjectedEvent, string>>(PAGE[engine][open ? 'toEnd' : 'toWallet'], values, {
    name: open ? 'event-page' : 'event-page-to',
  });
  return rows.map((row) => ({
    region,
    walletId: row.walletId,
    version: Number(row.version),
    position: positionOf(engine, row.position),
    recordedAt: row.recordedAt,
    type: row.type,
    schemaVersion: Number(row.schemaVersion),
    data: row.data,
  }));
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
  postgres: pagesSql('int8', ''),
  cockroach: pagesSql('decimal', `AS OF SYSTEM TIME '-${READ_AGE}'`),
};

function pagesSql(positionType: string, asOf: string): Record<'toEnd' | 'toWallet', string> {
  const page = (bound: string) => `
SELECT e.wallet_id AS "walletId", e.version, e.position::text AS position, e.recorded_at AS "recordedAt", e.type,
       e.schema_version AS "schemaVersion", e.data
FROM wallet_events e ${asOf}
WHERE e.region = $1::text AND e.wallet_id >= $2::text AND (e.wallet_id, e.version) > ($2::text, $3::int8)
  AND e.position <= $4::${positionType} ${bound}
ORDER BY e.wallet_id, e.version
LIMIT $5::int8`;
  return { toEnd: page(''), toWallet: page('AND e.wallet_id <= $6::text') };
}
