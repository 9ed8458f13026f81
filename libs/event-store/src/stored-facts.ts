import type { Database, Engine } from '@tidemark/database';
import type { FactAddress } from '@tidemark/wallet';
import { LOOKUP } from './lookup-join.js';

/** What is stored at an address, JSON; undefined where nothing is. */
export interface StoredFact {
  readonly value: string | undefined;
}

/** What an address is told apart by, within all wallets. Neither part can hold a line feed. */
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
  return found;
}

const READ: Record<Engine, string> = { cockroach: readSql('cockroach'), postgres: readSql('postgres') };

function readSql(engine: Engine): string {
  const { inner } = LOOKUP[engine];
  return `
WITH asked AS (
  SELECT a.wallet_id, a.key, w.region, w.former_regions
  FROM unnest($1::text[], $2::text[]) AS a(wallet_id, key) ${inner} wallets w ON w.wallet_id = a.wallet_id),
streams AS (
  SELECT wallet_id, key, region FROM asked
  UNION ALL
  SELECT wallet_id, key, unnest(former_regions) FROM asked)
SELECT DISTINCT ON (s.wallet_id, s.key) s.wallet_id, s.key, f.value
FROM streams s ${inner} wallet_facts f ON f.region = s.region AND f.wallet_id = s.wallet_id AND f.key = s.key
ORDER BY s.wallet_id, s.key, f.version DESC`;
}
