import type { Database, Engine } from '@tidemark/database';
import {
  decodeEvent,
  statementLineOf,
  type BookedLine,
  type EncodedEvent,
  type MovementSearch,
} from '@tidemark/wallet';
import { LOOKUP } from './lookup-join.js';
import { positionOf, type Position } from './position.js';

/** Events after the projection's version that are searched in the log, at most. */
const TAIL_MAX = 500;

/** The projection `movements` is too far behind to say whether the movement exists. */
export class MovementsBehind extends Error {
  override readonly name = 'MovementsBehind';
}

/** A booked line, and where in the log it is. */
export interface LocatedLine extends BookedLine {
  readonly region: string;
  readonly version: number;
  readonly position: Position;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** Of a capture: the hold. */
  readonly holdId?: string;
  /** Of a reversal: the movement that it takes back. */
  readonly reverses?: string;
}

interface Row {
  ordinal: string;
  region: string;
  wallet_id: string;
  version: string;
  position: string;
  recorded_at: string;
  type: string;
  schema_version: number;
  data: string;
  /** The version that the projection has seen, for an event after it; null for an event that the projection named. */
  seen: string | null;
}

/**
 * Finds booked movements by their ids. The projection `movements` says where they are, the log what they are. What the projection
 * has not seen is looked for in the log, for a search that names the wallet.
 *
 * @returns the lines of each search, in its order, the earliest first; a MovementsBehind where that cannot be told yet
 * @throws whatever the database says
 */
export async function findMovements(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  regions: readonly string[],
  searches: readonly MovementSearch[],
): Promise<(readonly LocatedLine[] | MovementsBehind)[]> {
  const { rows } = await query<Row>(
    FIND[engine],
    [searches.map(({ movementId }) => movementId), searches.map(({ walletId }) => walletId ?? null), regions, TAIL_MAX],
    { name: 'find-movements' },
  );
  const bySearch = Map.groupBy(rows, ({ ordinal }) => Number(ordinal));
  return searches.map(({ movementId, walletId }, i) => {
    const events = bySearch.get(i + 1) ?? [];
    const lines = events.flatMap((event) => lineOf(engine, event, movementId));
    const last = events.find(({ version, seen }) => seen !== null && Number(version) === Number(seen) + TAIL_MAX);
    // The events of a movement follow one another. So the movement may be behind the last event that was read, or go on there.
    return last && (lines.length === 0 || lineOf(engine, last, movementId).length > 0)
      ? new MovementsBehind(`the statement of ${walletId} is not up to date yet`)
      : lines;
  });
}

function lineOf(engine: Engine, row: Row, movementId: string): LocatedLine[] {
  const { region, wallet_id: walletId, version, position, recorded_at: recordedAt, type, schema_version, data } = row;
  const encoded: EncodedEvent = { type, schemaVersion: Number(schema_version), data };
  const event = decodeEvent(encoded);
  const line = statementLineOf(event);
  if (line?.movementId !== movementId) return [];
  return [
    {
      ...line,
      ...{ type, walletId, region, version: Number(version), position: positionOf(engine, position), recordedAt },
      ...('captureId' in event && { holdId: event.holdId }),
      ...('reversalId' in event && { reverses: event.movementId }),
    },
  ];
}

const FIND: Record<Engine, string> = { cockroach: findSql('cockroach'), postgres: findSql('postgres') };

function findSql(engine: Engine): string {
  const { inner, left } = LOOKUP[engine];
  const columns =
    'e.region, e.wallet_id, e.version, e.position::text AS position, e.recorded_at, e.type, e.schema_version, e.data';
  return `
WITH searches AS (
  SELECT s.movement_id, s.wallet_id, s.ordinal
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s(movement_id, wallet_id, ordinal)),
builds AS (
  SELECT r.region, COALESCE((p.region_builds->>r.region)::int8, p.live_generation) AS generation
  FROM unnest($3::text[]) AS r(region), projections p WHERE p.name = 'movements'),
places AS (
  SELECT s.ordinal, s.movement_id, s.wallet_id, b.region, b.generation FROM searches s, builds b),
hits AS (
  SELECT p.ordinal, m.region, m.wallet_id, m.version
  FROM places p ${inner} wallet_movements m
    ON m.generation = p.generation AND m.region = p.region AND m.movement_id = p.movement_id
  WHERE p.wallet_id IS NULL OR m.wallet_id = p.wallet_id),
known AS (
  SELECT s.ordinal, s.wallet_id, w.region, w.former_regions
  FROM searches s ${inner} wallets w ON w.wallet_id = s.wallet_id),
streams AS (
  SELECT ordinal, wallet_id, region FROM known
  UNION ALL
  SELECT ordinal, wallet_id, unnest(former_regions) FROM known),
built AS (
  SELECT s.ordinal, s.wallet_id, s.region, b.generation FROM streams s LEFT JOIN builds b ON b.region = s.region),
seen AS (
  SELECT b.ordinal, COALESCE(max(w.version), 0) AS version
  FROM built b ${left} statement_wallets w
    ON w.generation = b.generation AND w.region = b.region AND w.wallet_id = b.wallet_id
  GROUP BY b.ordinal),
tails AS (
  SELECT s.ordinal, s.wallet_id, s.region, seen.version FROM streams s JOIN seen ON seen.ordinal = s.ordinal)
SELECT h.ordinal, ${columns}, NULL::int8 AS seen
FROM hits h ${inner} wallet_events e ON e.region = h.region AND e.wallet_id = h.wallet_id AND e.version = h.version
UNION ALL
SELECT t.ordinal, ${columns}, t.version
FROM tails t ${inner} wallet_events e
  ON e.region = t.region AND e.wallet_id = t.wallet_id AND e.version BETWEEN t.version + 1 AND t.version + $4::int8
ORDER BY ordinal, wallet_id, version`;
}
