import { decodeEvent, type WalletEvent } from '@tidemark/wallet';
import type { Engine } from '@tidemark/database';
import { positionOf, type Position } from './position.js';

/** Who asked for an event, kept beside it for audit; its outcome can be rebuilt from it. */
export interface EventMetadata {
  readonly caller: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly requestId?: string;
}

/** An event as the log holds it. */
export interface RecordedEvent {
  readonly region: string;
  readonly walletId: string;
  readonly version: number;
  readonly position: Position;
  /** ISO 8601, UTC, milliseconds. Never decreases along a wallet. */
  readonly recordedAt: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON text, byte for byte as it was hashed. */
  readonly data: string;
  readonly metadata: string;
  /** Lower-case hex sha256, see `hash-chain.ts`. */
  readonly hash: string;
}

/** The columns of `wallet_events` in the order and form in which `rowToEvent` wants them; `e` is the table's alias. */
export const EVENT_COLUMNS = `e.region, e.wallet_id, e.version, e.position::text AS position, e.recorded_at, e.type,
  e.schema_version, e.data, e.metadata, encode(e.hash, 'hex') AS hash`;

export interface EventRow {
  region: string;
  wallet_id: string;
  version: string;
  position: string;
  recorded_at: string;
  type: string;
  schema_version: number;
  data: string;
  metadata: string;
  hash: string;
}

export function rowToEvent(engine: Engine, row: EventRow): RecordedEvent {
  return {
    region: row.region,
    walletId: row.wallet_id,
    version: Number(row.version),
    position: positionOf(engine, row.position),
    recordedAt: row.recorded_at,
    type: row.type,
    schemaVersion: Number(row.schema_version),
    data: row.data,
    metadata: row.metadata,
    hash: row.hash,
  };
}

/** The domain's event. @throws EventFromTheFuture when a newer Tidemark wrote it. */
export function domainEvent(event: Pick<RecordedEvent, 'type' | 'schemaVersion' | 'data'>): WalletEvent {
  return decodeEvent(event);
}
