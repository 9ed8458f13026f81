import type { Database, Engine } from '@tidemark/database';
import { LOOKUP } from './lookup-join.js';
import { EVENT_COLUMNS, rowToEvent, type EventRow, type RecordedEvent } from './recorded-event.js';

/** Events of one wallet that one statement looks through. Each has 500 bytes or so, which the database does not send. */
export const LOOKED_THROUGH_AT_ONCE = 5_000;

/**
 * The events of a wallet between two versions, both included, that have a text in their data, the oldest first. The database
 * reads all of them, so there are `LOOKED_THROUGH_AT_ONCE` at most.
 *
 * @param text an id: it is found as a JSON string
 * @param types of which the events may be
 */
export async function readEventsAbout(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  asked: { walletId: string; from: number; to: number; text: string; types: readonly string[] },
): Promise<RecordedEvent[]> {
  const { walletId, from, to, text, types } = asked;
  const { rows } = await query<EventRow>(SQL[engine], [walletId, from, to, JSON.stringify(text), types], {
    name: 'read-events-about',
  });
  return rows.map((row) => rowToEvent(engine, row));
}

const SQL: Record<Engine, string> = { cockroach: sqlOf('cockroach'), postgres: sqlOf('postgres') };

function sqlOf(engine: Engine): string {
  return `
WITH streams AS (
  SELECT w.wallet_id, w.region FROM wallets w WHERE w.wallet_id = $1::text
  UNION ALL
  SELECT w.wallet_id, unnest(w.former_regions) FROM wallets w WHERE w.wallet_id = $1::text)
SELECT ${EVENT_COLUMNS}
FROM streams ${LOOKUP[engine].inner} wallet_events e ON e.region = streams.region AND e.wallet_id = streams.wallet_id
  AND e.version BETWEEN $2::int8 AND $3::int8
WHERE e.type = ANY($5::text[]) AND strpos(e.data, $4::text) > 0
ORDER BY e.version`;
}
