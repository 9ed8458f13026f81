import type { Engine } from '@tidemark/database';
import { LOOKUP } from '../lookup-join.js';
import { PAGE_BYTES_MAX } from '../page-bytes.js';
import { POSITION_TYPE, positionOf, type Position } from '../position.js';
import { EVENT_COLUMNS, rowToEvent, type EventRow, type RecordedEvent } from '../recorded-event.js';
import type { AuditReader } from './audit.js';

/** The primary key of an event. */
export interface EventKey {
  readonly region: string;
  readonly walletId: string;
  readonly version: number;
}

/** The place of an event, without its data. */
export interface PlacedEvent extends EventKey {
  readonly position: Position;
  /** ISO 8601, UTC, milliseconds. */
  readonly recordedAt: string;
}

/**
 * One page of a region's events up to a position, in the order of their keys (the database's order of wallet ids, then
 * versions): the first `limit` after a wallet's version, or as many as `PAGE_BYTES_MAX` allows; none at the end.
 */
export async function readRegionEvents(
  reader: AuditReader,
  {
    region,
    after,
    upTo,
    limit,
  }: {
    region: string;
    after: { readonly walletId: string; readonly version: number };
    upTo: Position;
    limit: number;
  },
): Promise<RecordedEvent[]> {
  const { engine } = reader;
  // Two statements, each of which is one range of the key on both engines; a comparison of tuples is not.
  const rest = await reader.query<EventRow>(
    REST_OF_WALLET[engine],
    [region, after.walletId, after.version, upTo, limit],
    { name: 'audit-wallet-rest' },
  );
  const events = rest.rows.map((row) => rowToEvent(engine, row));
  if (events.length >= limit) return events;
  let size = limit - events.length;
  while (size > 1) {
    const { rows } = await reader.query<{ bytes: string | null }>(
      NEXT_BYTES[engine],
      [region, after.walletId, upTo, size],
      { name: 'audit-next-bytes' },
    );
    const bytes = Number(rows[0]!.bytes ?? 0);
    if (bytes <= PAGE_BYTES_MAX) break;
    size = Math.max(1, Math.floor((size * PAGE_BYTES_MAX) / bytes / 2));
  }
  const next = await reader.query<EventRow>(NEXT_WALLETS[engine], [region, after.walletId, upTo, size], {
    name: 'audit-next-wallets',
  });
  return [...events, ...next.rows.map((row) => rowToEvent(engine, row))];
}

/**
 * A wallet's events from several regions, `after < version < before`, in order, whatever their position. At most `limit`
 * a region; what is returned has no hole that the log does not have.
 */
export async function readWalletVersions(
  reader: AuditReader,
  {
    regions,
    walletId,
    after,
    before = Number.MAX_SAFE_INTEGER,
    limit,
  }: { regions: readonly string[]; walletId: string; after: number; before?: number; limit: number },
): Promise<RecordedEvent[]> {
  let horizon = Number.MAX_SAFE_INTEGER;
  const found: RecordedEvent[] = [];
  for (const region of regions) {
    const { rows } = await reader.query<EventRow>(WALLET_VERSIONS, [region, walletId, after, before, limit], {
      name: 'audit-wallet-versions',
    });
    found.push(...rows.map((row) => rowToEvent(reader.engine, row)));
    if (rows.length >= limit) horizon = Math.min(horizon, Number(rows.at(-1)!.version));
  }
  return found.filter(({ version }) => version <= horizon).sort((a, b) => a.version - b.version);
}

/** The events under some keys, with their data, in no particular order. */
export async function readEvents(reader: AuditReader, keys: readonly EventKey[]): Promise<RecordedEvent[]> {
  if (keys.length === 0) return [];
  const { rows } = await reader.query<EventRow>(EVENTS[reader.engine], valuesOf(keys), { name: 'audit-events' });
  return rows.map((row) => rowToEvent(reader.engine, row));
}

/** The keys, of those given, that have an event, in no particular order. */
export async function placeEvents(reader: AuditReader, keys: readonly EventKey[]): Promise<PlacedEvent[]> {
  if (keys.length === 0) return [];
  const { rows } = await reader.query<{
    region: string;
    wallet_id: string;
    version: string;
    position: string;
    recorded_at: string;
  }>(PLACES[reader.engine], valuesOf(keys), { name: 'audit-places' });
  return rows.map(({ region, wallet_id, version, position, recorded_at }) => ({
    region,
    walletId: wallet_id,
    version: Number(version),
    position: positionOf(reader.engine, position),
    recordedAt: recorded_at,
  }));
}

/** The lowest version of some wallets in some regions. Only for the few wallets with findings. */
export async function readLowestVersions(
  reader: AuditReader,
  regions: readonly string[],
  walletIds: readonly string[],
): Promise<EventKey[]> {
  if (walletIds.length === 0) return [];
  const { rows } = await reader.query<{ region: string; wallet_id: string; version: string }>(
    `SELECT e.region, e.wallet_id, min(e.version) AS version FROM wallet_events e
     WHERE e.region = ANY($1::text[]) AND e.wallet_id = ANY($2::text[]) GROUP BY e.region, e.wallet_id`,
    [regions, walletIds],
    { name: 'audit-lowest-versions' },
  );
  return rows.map(({ region, wallet_id, version }) => ({
    ...{ region, walletId: wallet_id, version: Number(version) },
  }));
}

function valuesOf(keys: readonly EventKey[]): unknown[] {
  return [keys.map(({ region }) => region), keys.map(({ walletId }) => walletId), keys.map(({ version }) => version)];
}

const bothEngines = (sql: (engine: Engine) => string): Record<Engine, string> => ({
  cockroach: sql('cockroach'),
  postgres: sql('postgres'),
});

const REST_OF_WALLET = bothEngines(
  (engine) => `
SELECT ${EVENT_COLUMNS} FROM wallet_events e
WHERE e.region = $1::text AND e.wallet_id = $2::text AND e.version > $3::int8 AND e.position <= $4::${POSITION_TYPE[engine]}
ORDER BY e.version LIMIT $5::int8`,
);

const nextWallets = (columns: string) =>
  bothEngines(
    (engine) => `
SELECT ${columns} FROM wallet_events e
WHERE e.region = $1::text AND e.wallet_id > $2::text AND e.position <= $3::${POSITION_TYPE[engine]}
ORDER BY e.wallet_id, e.version LIMIT $4::int8`,
  );

const NEXT_WALLETS = nextWallets(EVENT_COLUMNS);
const NEXT_BYTES = bothEngines(
  (engine) => `SELECT sum(n.bytes) AS bytes FROM (${nextWallets('octet_length(e.data) AS bytes')[engine]}) n`,
);

const WALLET_VERSIONS = `
SELECT ${EVENT_COLUMNS} FROM wallet_events e
WHERE e.region = $1::text AND e.wallet_id = $2::text AND e.version > $3::int8 AND e.version < $4::int8
ORDER BY e.version LIMIT $5::int8`;

// By the whole key: joined on a range of versions, CockroachDB reads all of a wallet for each range of it.
const underKeys = (columns: string) =>
  bothEngines(
    (engine) => `
SELECT ${columns}
FROM unnest($1::text[], $2::text[], $3::int8[]) AS k(region, wallet_id, version)
${LOOKUP[engine].inner} wallet_events e
  ON e.region = k.region AND e.wallet_id = k.wallet_id AND e.version = k.version`,
  );

const EVENTS = underKeys(EVENT_COLUMNS);
const PLACES = underKeys('e.region, e.wallet_id, e.version, e.position::text AS position, e.recorded_at');
