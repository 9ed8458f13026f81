import type { Database, Engine } from '@tidemark/database';
import { LOOKUP } from './lookup-join.js';

/** Versions that one statement looks up. A wallet of a million events takes four statements after the first. */
const PROBES_MAX = 50;
/** 2 to the 49 is more events than a wallet can have. */
const POWERS_OF_TWO = Array.from({ length: PROBES_MAX }, (_, i) => 2 ** i);

/**
 * The last version of a wallet that was recorded before a time; 0 where there is none. Recorded times never decrease along a
 * wallet, so this is a search by primary key: it reads some 50 events for each power of 50 that the wallet has.
 *
 * @param time ISO 8601, UTC. What was recorded before it may still grow unless it is closed (`closeTime`)
 */
export async function versionBefore(
  reader: Pick<Database, 'query' | 'engine'>,
  walletId: string,
  time: string,
): Promise<number> {
  let low = await lastOf(reader, walletId, time, POWERS_OF_TWO);
  // The next power of two is no version of the wallet, or was recorded at the time or later.
  let high = low * 2;
  while (high - low > 1) {
    const step = Math.ceil((high - low) / PROBES_MAX);
    const probes = Array.from({ length: PROBES_MAX }, (_, i) => low + (i + 1) * step).filter((each) => each < high);
    const found = await lastOf(reader, walletId, time, probes);
    const last = Math.max(low, found);
    high = Math.min(high, last + step);
    low = last;
  }
  return low;
}

/** The greatest of some versions that is there and was recorded before the time; 0 where none is. */
async function lastOf(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  walletId: string,
  time: string,
  versions: readonly number[],
): Promise<number> {
  const { rows } = await query<{ version: string | null }>(SQL[engine], [walletId, versions, time], {
    name: 'version-before',
  });
  return Number(rows[0]?.version ?? 0);
}

const SQL: Record<Engine, string> = { cockroach: sqlOf('cockroach'), postgres: sqlOf('postgres') };

function sqlOf(engine: Engine): string {
  return `
WITH streams AS (
  SELECT w.wallet_id, w.region FROM wallets w WHERE w.wallet_id = $1::text
  UNION ALL
  SELECT w.wallet_id, unnest(w.former_regions) FROM wallets w WHERE w.wallet_id = $1::text),
probes AS (
  SELECT s.wallet_id, s.region, v.version FROM streams s CROSS JOIN unnest($2::int8[]) AS v(version))
SELECT max(e.version) AS version
FROM probes ${LOOKUP[engine].inner} wallet_events e
  ON e.region = probes.region AND e.wallet_id = probes.wallet_id AND e.version = probes.version
WHERE e.recorded_at < $3::timestamptz`;
}
