import type { Engine } from '@tidemark/database';
import { LOOKUP } from '../lookup-join.js';
import type { AuditReader } from './audit.js';

/** A row of `wallet_facts`. */
export interface FactRow {
  readonly region: string;
  readonly walletId: string;
  readonly key: string;
  /** Of the event that said it. */
  readonly version: number;
  readonly value: string;
}

interface Row {
  region: string;
  wallet_id: string;
  key: string;
  version: string;
  value: string;
}

/** The facts of some wallets that events of certain versions said, the last version included, in any of the regions. */
export async function readFactsSaidBy(
  reader: AuditReader,
  regions: readonly string[],
  wanted: readonly { readonly walletId: string; readonly first: number; readonly last: number }[],
): Promise<FactRow[]> {
  const keys = wanted.flatMap((one) => regions.map((region) => ({ region, ...one })));
  if (keys.length === 0) return [];
  const { rows } = await reader.query<Row>(
    BY_VERSION[reader.engine],
    [
      keys.map(({ region }) => region),
      keys.map(({ walletId }) => walletId),
      keys.map(({ first }) => first),
      keys.map(({ last }) => last),
    ],
    { name: 'audit-facts' },
  );
  return rows.map(factOf);
}

/** The facts under some keys, in any of the regions. */
export async function readFactsUnder(
  reader: AuditReader,
  regions: readonly string[],
  wanted: readonly { readonly walletId: string; readonly key: string }[],
): Promise<FactRow[]> {
  const keys = wanted.flatMap((one) => regions.map((region) => ({ region, ...one })));
  if (keys.length === 0) return [];
  const { rows } = await reader.query<Row>(
    BY_KEY[reader.engine],
    [keys.map(({ region }) => region), keys.map(({ walletId }) => walletId), keys.map(({ key }) => key)],
    { name: 'audit-facts-by-key' },
  );
  return rows.map(factOf);
}

function factOf({ region, wallet_id: walletId, key, version, value }: Row): FactRow {
  return { region, walletId, key, version: Number(version), value };
}

const BY_VERSION: Record<Engine, string> = { cockroach: byVersionSql('cockroach'), postgres: byVersionSql('postgres') };
const BY_KEY: Record<Engine, string> = { cockroach: byKeySql('cockroach'), postgres: byKeySql('postgres') };

function byVersionSql(engine: Engine): string {
  return `
SELECT f.region, f.wallet_id, f.key, f.version, f.value
FROM unnest($1::text[], $2::text[], $3::int8[], $4::int8[]) AS k(region, wallet_id, first, last)
${LOOKUP[engine].inner} wallet_facts f
  ON f.region = k.region AND f.wallet_id = k.wallet_id AND f.version BETWEEN k.first AND k.last`;
}

function byKeySql(engine: Engine): string {
  return `
SELECT f.region, f.wallet_id, f.key, f.version, f.value
FROM unnest($1::text[], $2::text[], $3::text[]) AS k(region, wallet_id, key)
${LOOKUP[engine].inner} wallet_facts f ON f.region = k.region AND f.wallet_id = k.wallet_id AND f.key = k.key`;
}
