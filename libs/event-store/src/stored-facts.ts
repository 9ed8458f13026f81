import type { Database, Engine } from '@tidemark/database';
import type { FactAddress } from '@tidemark/wallet';
import { LOOKUP } from './lookup-join.js';

/** What is stored at an address, JSON; undefined where nothing is. */
export interface StoredFact {
  readonly value: string | undefined;
}

/** An address as one text. Neither part can hold a line feed, so no two addresses have the same text. */
export function addressText({ walletId, key }: FactAddress): string {
  return `${walletId}\n${key}`;
}

/**
 * Reads facts, wherever their wallets lived before.
 *
 * @returns by `addressText`
 * @throws whatever the database says
 */
export async function readFacts(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  addresses: readonly FactAddress[],
): Promise<Map<string, StoredFact>> {
  const { rows } = await query<{ wallet_id: string; key: string; value: string }>(
    READ[engine],
    [addresses.map(({ walletId }) => walletId), addresses.map(({ key }) => key)],
    { name: 'read-facts' },
  );
  const found = new Map<string, StoredFact>(addresses.map((address) => [addressText(address), { value: undefined }]));
  for (const { wallet_id: walletId, key, value } of rows) found.set(addressText({ walletId, key }), { value });
  const missing = addresses.filter(
    (address) => address.orOpening && found.get(addressText(address))!.value === undefined,
  );
  if (missing.length > 0) {
    const openings = await readOpenings({ query, engine }, missing);
    for (const address of missing) found.set(addressText(address), { value: openings.get(address.walletId) });
  }
  return found;
}

async function readOpenings(
  { query, engine }: Pick<Database, 'query' | 'engine'>,
  addresses: readonly FactAddress[],
): Promise<Map<string, string>> {
  const { rows } = await query<{ wallet_id: string; data: string }>(
    OPENINGS[engine],
    [addresses.map(({ walletId }) => walletId), addresses.map(({ key }) => key)],
    { name: 'read-openings' },
  );
  return new Map(rows.map(({ wallet_id, data }) => [wallet_id, data]));
}

const READ: Record<Engine, string> = { cockroach: readSql('cockroach'), postgres: readSql('postgres') };
const OPENINGS: Record<Engine, string> = { cockroach: openingsSql('cockroach'), postgres: openingsSql('postgres') };

/** The wallets asked about, once for each region that they live or lived in. */
function streamsSql({ inner }: (typeof LOOKUP)[Engine]): string {
  return `asked AS (
  SELECT a.wallet_id, a.key, w.region, w.former_regions
  FROM unnest($1::text[], $2::text[]) AS a(wallet_id, key) ${inner} wallets w ON w.wallet_id = a.wallet_id),
streams AS (
  SELECT wallet_id, key, region FROM asked
  UNION ALL
  SELECT wallet_id, key, unnest(former_regions) FROM asked)`;
}

function readSql(engine: Engine): string {
  const { inner } = LOOKUP[engine];
  return `
WITH ${streamsSql(LOOKUP[engine])}
SELECT DISTINCT ON (s.wallet_id, s.key) s.wallet_id, s.key, f.value
FROM streams s ${inner} wallet_facts f ON f.region = s.region AND f.wallet_id = s.wallet_id AND f.key = s.key
ORDER BY s.wallet_id, s.key, f.version DESC`;
}

function openingsSql(engine: Engine): string {
  const { inner } = LOOKUP[engine];
  return `
WITH ${streamsSql(LOOKUP[engine])}
SELECT s.wallet_id, e.data
FROM streams s ${inner} wallet_events e ON e.region = s.region AND e.wallet_id = s.wallet_id AND e.version = 1`;
}
