import { type Build, type Connection, namesOf, shapeOf } from '@tidemark/projections';

/** Characters of a row that are shown. */
const SHOWN_MAX = 200;

/**
 * Rows as stored in their table, also if they cannot be decoded. Differences show them.
 *
 * @returns by wallet id the values of the projection's own columns, JSON, cut off where it is long
 */
export async function rawRows(
  { query }: Pick<Connection, 'query'>,
  { projection: { state }, generation }: Build,
  region: string,
  walletIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (!state || walletIds.length === 0) return new Map();
  const { name: table, own } = shapeOf(state.table);
  const names = namesOf(own);
  const { rows } = await query<Record<string, string | number | null>>(
    `SELECT r.wallet_id, ${names.map((name) => `r.${name}`).join(', ')} FROM ${table} r
     WHERE r.generation = $1::int8 AND r.region = $2::text AND r.wallet_id = ANY($3::text[])`,
    [generation, region, walletIds],
  );
  return new Map(rows.map((row) => [String(row['wallet_id']), shown(JSON.stringify(names.map((name) => row[name])))]));
}

function shown(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
