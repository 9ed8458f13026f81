import type { Database } from '@tidemark/database';
import { positionOf } from '@tidemark/event-store';
import { decodeWallet, encodeWallet, STATE_VERSION } from '@tidemark/wallet';
import type { Page } from '../projection.js';
import type { BalanceRow, Movement } from './balances.projection.js';

interface Row {
  region: string;
  wallet_id: string;
  shard: number;
  version: string;
  position: string;
  state: string;
  opened_at: string;
  updated_at: string;
}

export const BALANCE_COLUMNS = `b.region, b.wallet_id, b.shard, b.version, b.position::text AS position, b.state,
  b.opened_at, b.updated_at`;

export function rowToBalance({ engine }: Pick<Database, 'engine'>, row: Row): BalanceRow {
  return {
    walletId: row.wallet_id,
    region: row.region,
    shard: Number(row.shard),
    version: Number(row.version),
    position: positionOf(engine, row.position),
    wallet: decodeWallet(row.state),
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
  };
}

/** The projected rows of some wallets. */
export async function loadBalances(
  database: Database,
  generation: string,
  region: string,
  walletIds: readonly string[],
): Promise<Map<string, BalanceRow>> {
  const { rows } = await database.query<Row>(LOAD, [generation, region, walletIds], { name: 'load-balances' });
  return new Map(rows.map((row) => [row.wallet_id, rowToBalance(database, row)]));
}

/** Writes a page of rows and movements, if the checkpoint has not moved meanwhile; says whether it had not. */
export async function saveBalances(database: Database, page: Page<BalanceRow, Movement>): Promise<boolean> {
  const { generation, region, from, to, rows, entries } = page;
  const { rows: result } = await database.query<{ moved: number }>(
    SAVE[database.engine],
    [
      generation,
      region,
      ...[from.position, from.commitId, to.position, to.commitId],
      STATE_VERSION,
      rows.map((row) => row.walletId),
      rows.map((row) => row.shard),
      rows.map((row) => row.version),
      rows.map((row) => row.position),
      rows.map((row) => encodeWallet(row.wallet)),
      rows.map((row) => row.openedAt),
      rows.map((row) => row.updatedAt),
      entries.map((entry) => entry.walletId),
      entries.map((entry) => entry.version),
      entries.map((entry) => entry.position),
      entries.map((entry) => entry.type),
      entries.map((entry) => entry.movementId),
      entries.map((entry) => entry.amount),
      entries.map((entry) => entry.currency),
      entries.map((entry) => entry.balanceAfter),
      entries.map((entry) => entry.counterparty),
      entries.map((entry) => entry.reference),
      entries.map((entry) => entry.description),
      entries.map((entry) => entry.effectiveAt),
      entries.map((entry) => entry.recordedAt),
    ],
    { name: 'save-balances' },
  );
  return result[0]!.moved === 1;
}

const LOAD = `
SELECT ${BALANCE_COLUMNS}
FROM wallet_balances b
WHERE b.generation = $1::int8 AND b.region = $2::text AND b.wallet_id = ANY($3::text[])`;

const SAVE = { postgres: saveSql('int8'), cockroach: saveSql('decimal') };

// Nothing is written unless the checkpoint moves: a second worker, or one that slept, changes nothing.
function saveSql(positionType: string): string {
  return `
WITH checkpoint AS (
  UPDATE projection_checkpoints SET position = $5::${positionType}, commit_id = $6::uuid
  WHERE projection = 'balances' AND generation = $1::int8 AND region = $2::text
    AND position = $3::${positionType} AND commit_id = $4::uuid
  RETURNING 1 AS moved),
new_balances AS (
  INSERT INTO wallet_balances
    (generation, region, wallet_id, shard, version, position, state_version, state, opened_at, updated_at)
  SELECT $1::int8, $2::text, b.wallet_id, b.shard, b.version, b.position, $7::int2, b.state, b.opened_at, b.updated_at
  FROM checkpoint, unnest($8::text[], $9::int2[], $10::int8[], $11::${positionType}[], $12::text[],
    $13::timestamptz[], $14::timestamptz[]) AS b(wallet_id, shard, version, position, state, opened_at, updated_at)
  ON CONFLICT (generation, region, wallet_id) DO UPDATE
  SET version = excluded.version, position = excluded.position, state_version = excluded.state_version,
      state = excluded.state, updated_at = excluded.updated_at
  RETURNING 1),
new_movements AS (
  INSERT INTO wallet_movements
    (generation, region, wallet_id, version, position, type, movement_id, amount, currency, balance_after,
     counterparty, reference, description, effective_at, recorded_at)
  SELECT $1::int8, $2::text, m.wallet_id, m.version, m.position, m.type, m.movement_id, m.amount, m.currency,
         m.balance_after, m.counterparty, m.reference, m.description, m.effective_at, m.recorded_at
  FROM checkpoint, unnest($15::text[], $16::int8[], $17::${positionType}[], $18::text[], $19::text[], $20::text[],
    $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::timestamptz[], $27::timestamptz[])
    AS m(wallet_id, version, position, type, movement_id, amount, currency, balance_after, counterparty, reference,
         description, effective_at, recorded_at)
  RETURNING 1)
SELECT (SELECT count(*) FROM checkpoint)::int4 AS moved`;
}
