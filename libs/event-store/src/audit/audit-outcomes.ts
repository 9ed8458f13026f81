import type { Engine } from '@tidemark/database';
import { LOOKUP } from '../lookup-join.js';
import type { OutcomeKey } from '../outcome-lookup.js';
import { positionOf, type Position } from '../position.js';
import type { AuditReader } from './audit.js';

/** A row of `command_outcomes` as it is, whether it can be read or not. */
export interface OutcomeRecord extends OutcomeKey {
  readonly requestHash: string;
  /** Of the events that it appended; undefined where it appended none. */
  readonly position: Position | undefined;
  /** JSON: the first answer. */
  readonly result: string;
}

interface Row {
  region: string;
  wallet_id: string;
  idempotency_key: string;
  caller: string;
  request_hash: string;
  position: string | null;
  result: string;
}

/** One page of a region's outcomes, in the order of their keys: the first `limit` after one of them. */
export async function readRegionOutcomes(
  reader: AuditReader,
  { region, after, limit }: { region: string; after: Omit<OutcomeKey, 'region'>; limit: number },
): Promise<OutcomeRecord[]> {
  const rest = await readWalletOutcomes(reader, { region, ...after, limit });
  if (rest.length >= limit) return rest;
  const { rows } = await reader.query<Row>(NEXT_WALLETS, [region, after.walletId, limit - rest.length], {
    name: 'audit-next-outcomes',
  });
  return [...rest, ...rows.map((row) => outcomeOf(reader.engine, row))];
}

/** One page of the outcomes of one wallet in one region: the first `limit` after a key and its caller. */
export async function readWalletOutcomes(
  reader: AuditReader,
  { region, walletId, idempotencyKey, caller, limit }: OutcomeKey & { limit: number },
): Promise<OutcomeRecord[]> {
  const { rows } = await reader.query<Row>(REST_OF_WALLET, [region, walletId, idempotencyKey, caller, limit], {
    name: 'audit-wallet-outcomes',
  });
  return rows.map((row) => outcomeOf(reader.engine, row));
}

/** The outcomes of a range of wallets in one region, both ends included, as far as `limit` goes. */
export async function readOutcomesBetween(
  reader: AuditReader,
  { region, from, to, limit }: { region: string; from: string; to: string; limit: number },
): Promise<OutcomeRecord[]> {
  const { rows } = await reader.query<Row>(BETWEEN, [region, from, to, limit], { name: 'audit-outcomes-between' });
  return rows.map((row) => outcomeOf(reader.engine, row));
}

/** The outcomes that are stored under some keys, in no particular order. */
export async function readOutcomes(reader: AuditReader, keys: readonly OutcomeKey[]): Promise<OutcomeRecord[]> {
  if (keys.length === 0) return [];
  const { rows } = await reader.query<Row>(
    BY_KEY[reader.engine],
    [
      keys.map(({ region }) => region),
      keys.map(({ walletId }) => walletId),
      keys.map(({ idempotencyKey }) => idempotencyKey),
      keys.map(({ caller }) => caller),
    ],
    { name: 'audit-outcomes' },
  );
  return rows.map((row) => outcomeOf(reader.engine, row));
}

/**
 * Outcomes that some wallets left behind when they moved: stored in a former region and not where the wallet lives now.
 * In one statement with the directory, so that a move at this moment is no reason.
 */
export async function readOutcomesLeftBehind(
  reader: AuditReader,
  walletIds: readonly string[],
  limit: number,
): Promise<(OutcomeKey & { readonly home: string })[]> {
  if (walletIds.length === 0) return [];
  const { rows } = await reader.query<Row & { home: string }>(LEFT_BEHIND[reader.engine], [walletIds, limit], {
    name: 'audit-outcomes-left-behind',
  });
  return rows.map((row) => ({
    ...keyOf(row),
    home: row.home,
  }));
}

function outcomeOf(engine: Engine, row: Row): OutcomeRecord {
  return {
    ...keyOf(row),
    requestHash: row.request_hash,
    position: row.position === null ? undefined : positionOf(engine, row.position),
    result: row.result,
  };
}

function keyOf({ region, wallet_id, idempotency_key, caller }: Row): OutcomeKey {
  return { region, walletId: wallet_id, idempotencyKey: idempotency_key, caller };
}

const COLUMNS = `o.region, o.wallet_id, o.idempotency_key, o.caller, o.request_hash, o.position::text AS position, o.result`;

const REST_OF_WALLET = `
SELECT ${COLUMNS} FROM command_outcomes o
WHERE o.region = $1::text AND o.wallet_id = $2::text AND o.idempotency_key >= $3::text
  AND (o.idempotency_key > $3::text OR o.caller > $4::text)
ORDER BY o.idempotency_key, o.caller LIMIT $5::int8`;

const NEXT_WALLETS = `
SELECT ${COLUMNS} FROM command_outcomes o
WHERE o.region = $1::text AND o.wallet_id > $2::text
ORDER BY o.wallet_id, o.idempotency_key, o.caller LIMIT $3::int8`;

const BETWEEN = `
SELECT ${COLUMNS} FROM command_outcomes o
WHERE o.region = $1::text AND o.wallet_id >= $2::text AND o.wallet_id <= $3::text
ORDER BY o.wallet_id, o.idempotency_key, o.caller LIMIT $4::int8`;

const BY_KEY: Record<Engine, string> = { cockroach: byKeySql('cockroach'), postgres: byKeySql('postgres') };

function byKeySql(engine: Engine): string {
  return `
SELECT ${COLUMNS}
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k(region, wallet_id, idempotency_key, caller)
${LOOKUP[engine].inner} command_outcomes o
  ON o.region = k.region AND o.wallet_id = k.wallet_id AND o.idempotency_key = k.idempotency_key AND o.caller = k.caller`;
}

const LEFT_BEHIND: Record<Engine, string> = { cockroach: leftSql('cockroach'), postgres: leftSql('postgres') };

function leftSql(engine: Engine): string {
  const { inner, left } = LOOKUP[engine];
  return `
WITH moved AS (
  SELECT w.wallet_id, w.region AS home, unnest(w.former_regions) AS former
  FROM unnest($1::text[]) AS k(wallet_id) ${inner} wallets w ON w.wallet_id = k.wallet_id)
SELECT ${COLUMNS}, moved.home
FROM moved
${inner} command_outcomes o ON o.region = moved.former AND o.wallet_id = moved.wallet_id
${left} command_outcomes h
  ON h.region = moved.home AND h.wallet_id = moved.wallet_id AND h.idempotency_key = o.idempotency_key
    AND h.caller = o.caller
WHERE h.wallet_id IS NULL
LIMIT $2::int8`;
}
