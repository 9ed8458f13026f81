import { randomBytes } from 'node:crypto';
import { isoInstant, sqlStateOf, type Engine } from '@tidemark/database';
import { PAGE_BYTES_MAX } from './page-bytes.js';
import { positionOf } from './position.js';
import type { RecordedEvent } from './recorded-event.js';

/** An event without the columns that only an audit needs, which are half of its bytes. */
export type ProjectedEvent = Omit<RecordedEvent, 'metadata' | 'hash'>;

/** Many events as one text. Splitting it costs a quarter of the CPU time of receiving one row for each event. */
export interface PackedEvents {
  /** Null: no event. */
  readonly packed: string | null;
}

/** Packed events, or how large they would be. */
export interface BoundedEvents extends PackedEvents {
  readonly events: string;
  /** Of their data, in UTF-8; null: no event. */
  readonly bytes: string | null;
}

/**
 * The separator between two fields: $1 of a statement that packs events. No field contains it: it is random for each process, and
 * begins with a control character, which JSON escapes.
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
 * As `packedEvents`, but null where the data has more than some bytes; a single event is always packed. Both sums are made in one
 * pass. (A running sum would send as many as fit at once, but CockroachDB's window functions take 100 MB for 6 MB of events.)
 *
 * @param alias of `wallet_events`
 * @param bytesMax SQL
 */
export function packedUpTo(alias: string, bytesMax: string): string {
  const bytes = `sum(octet_length(${alias}.data))`;
  const packed = packedEvents(alias).replace(/ AS packed$/, '');
  return `CASE WHEN ${bytes} <= ${bytesMax} OR count(*) = 1 THEN ${packed} END AS packed, count(*) AS events, ${bytes} AS bytes`;
}

/**
 * Reads with fewer and fewer parts until what they hold fits into `PAGE_BYTES_MAX`.
 *
 * @param parts how many to begin with
 * @param read reads a number of parts
 * @returns what was read, and of how many parts
 * @throws whatever the database says, unless it ran out of memory over several parts
 */
export async function readAsManyAsFit(
  parts: number,
  read: (parts: number) => Promise<BoundedEvents>,
): Promise<{ readonly row: BoundedEvents; readonly parts: number }> {
  for (let size = parts; ;) {
    try {
      const row = await read(size);
      const bytes = Number(row.bytes ?? 0);
      if (row.packed !== null || bytes === 0 || size === 1) return { row, parts: size };
      size = Math.max(1, Math.floor((Math.min(size, Number(row.events)) * PAGE_BYTES_MAX * FILLED) / bytes));
    } catch (error) {
      if (sqlStateOf(error) !== OUT_OF_MEMORY || size === 1) throw error;
      size = Math.ceil(size / SHRINK);
    }
  }
}

/** Large and small events are not distributed evenly, so request less than would fit on average. */
const FILLED = 0.8;
/** CockroachDB cancels a statement that needs too much memory to pack its events. */
const OUT_OF_MEMORY = '53200';
const SHRINK = 8;

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
