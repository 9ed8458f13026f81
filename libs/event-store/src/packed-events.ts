import { randomBytes } from 'node:crypto';
import { isoInstant, type Engine } from '@tidemark/database';
import { positionOf } from './position.js';
import type { RecordedEvent } from './recorded-event.js';

/** An event without what only an audit asks for, which is half of its bytes. */
export type ProjectedEvent = Omit<RecordedEvent, 'metadata' | 'hash'>;

/** Many events as one text: to take it apart costs a quarter of what a row of the protocol for each event costs. */
export interface PackedEvents {
  /** Null: no event. */
  readonly packed: string | null;
}

/** Packed events of which those behind some bytes are left out. */
export interface CutEvents extends PackedEvents {
  /** The place of the first that is left out, as `packedWithin` counts; null: none is. */
  readonly cut_at: string | null;
}

/**
 * Stands between two fields: $1 of a statement that packs events. No field holds it by accident: it is made up when the
 * process starts, and begins with a control character, which JSON escapes.
 */
export const SEPARATOR = `\u001f${randomBytes(6).toString('base64url')}`;
const FIELDS = 7;

/** What to select of events to get them packed, in the order of their key. @param alias of `wallet_events` */
export function packedEvents(alias: string): string {
  const columns = ['wallet_id', 'version', 'position', 'recorded_at', 'type', 'schema_version', 'data'];
  const fields = columns.map((column) => `${alias}.${column}::text`);
  return `string_agg(concat_ws($1::text, ${fields.join(', ')}), $1::text ORDER BY ${alias}.wallet_id, ${alias}.version) AS packed`;
}

/**
 * As `packedEvents`, of as many leading events as fit. The first always fits.
 *
 * @param alias of rows of `wallet_events` with `bytesSoFar`, a column `place` that counts up, and `is_first` for the first place
 * @param bytesMax SQL
 */
export function packedWithin(alias: string, bytesMax: string): string {
  const fits = `${alias}.bytes_so_far <= ${bytesMax} OR ${alias}.is_first`;
  const packed = packedEvents(alias).replace(' AS packed', ` FILTER (WHERE ${fits}) AS packed`);
  return `${packed}, min(${alias}.place) FILTER (WHERE NOT (${fits})) AS cut_at`;
}

/** SQL: the bytes of the data of all rows up to this one, those of the same place included. @param order of the places */
export function bytesSoFar(order: string): string {
  return `sum(octet_length(e.data)) OVER (ORDER BY ${order}) AS bytes_so_far`;
}

export function unpackedEvents(engine: Engine, region: string, row: PackedEvents | undefined): ProjectedEvent[] {
  const fields = row?.packed?.split(SEPARATOR) ?? [];
  if (fields.length % FIELDS !== 0) throw new Error(`${fields.length} fields are not events of ${FIELDS} each`);
  return Array.from({ length: fields.length / FIELDS }, (_, i) => eventAt(engine, region, fields, i * FIELDS));
}

/** @param fields in the order in which `packedEvents` has them */
/**
 * A copy of a part of a text. V8 makes a part of 13 or more characters a view of the whole: a worker that remembers the id of one
 * wallet would keep the whole page in memory.
 */
function copied(part: string): string {
  return part.length < 13 ? part : Buffer.from(part).toString();
}

function eventAt(engine: Engine, region: string, fields: readonly string[], at: number): ProjectedEvent {
  return {
    region,
    walletId: copied(fields[at]!),
    version: Number(fields[at + 1]),
    position: positionOf(engine, copied(fields[at + 2]!)),
    recordedAt: isoInstant(fields[at + 3]!),
    type: fields[at + 4]!,
    schemaVersion: Number(fields[at + 5]),
    data: fields[at + 6]!,
  };
}
