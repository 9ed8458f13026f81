import type { Engine } from '@tidemark/database';
import { LOOKUP } from '../lookup-join.js';
import { eventDefinitions, type EncodedEvent } from '@tidemark/wallet';
import type { AuditReader } from './audit.js';

/** A row of `wallets`: the region of a wallet's next event, and the regions of its earlier ones. */
export interface DirectoryRow {
  readonly walletId: string;
  readonly region: string;
  readonly formerRegions: readonly string[];
}

/** The home of a wallet by the directory and by the log, read at one timestamp. */
export interface Homes {
  readonly listed: DirectoryRow | undefined;
  /** The events that opened and rehomed it, in order. */
  readonly homeEvents: readonly HomeEvent[];
}

/** An event that opened or rehomed a wallet, and the region that it was written in. */
export interface HomeEvent extends EncodedEvent {
  readonly region: string;
  readonly version: number;
}

interface Row {
  wallet_id: string;
  region: string;
  former_regions: string[];
}

/** The rows of some wallets, in no particular order. */
export async function readDirectory(reader: AuditReader, walletIds: readonly string[]): Promise<DirectoryRow[]> {
  if (walletIds.length === 0) return [];
  const { rows } = await reader.query<Row>(BY_ID[reader.engine], [walletIds], { name: 'audit-directory' });
  return rows.map(rowOf);
}

/** One page of the directory in the order of wallet ids: the first `limit` after one of them. */
export async function readDirectoryPage(
  reader: AuditReader,
  { after, limit }: { after: string; limit: number },
): Promise<DirectoryRow[]> {
  const { rows } = await reader.query<Row>(PAGE, [after, limit], { name: 'audit-directory-page' });
  return rows.map(rowOf);
}

/** Reads directory and log of one wallet in one statement, so that both are from before or after a concurrent rehome. */
export async function readHomes(reader: AuditReader, regions: readonly string[], walletId: string): Promise<Homes> {
  const { rows } = await reader.query<Row & { version: string; type: string; schema_version: number; data: string }>(
    HOMES,
    [walletId, regions, typesWithHome()],
    { name: 'audit-homes' },
  );
  const listed = rows.find(({ type }) => type === LISTED);
  const homeEvents = rows
    .filter(({ type }) => type !== LISTED)
    .map(({ region, version, type, schema_version, data }) => ({
      ...{ region, version: Number(version), type, schemaVersion: Number(schema_version), data },
    }));
  return { listed: listed && rowOf(listed), homeEvents: homeEvents.sort((a, b) => a.version - b.version) };
}

function rowOf({ wallet_id, region, former_regions }: Row): DirectoryRow {
  return { walletId: wallet_id, region, formerRegions: former_regions };
}

/** The types of events that set the home region. */
function typesWithHome(): string[] {
  return eventDefinitions().flatMap(({ type, home }) => (home ? [type] : []));
}

const COLUMNS = 'w.wallet_id, w.region, w.former_regions';

const BY_ID: Record<Engine, string> = { cockroach: byIdSql('cockroach'), postgres: byIdSql('postgres') };

function byIdSql(engine: Engine): string {
  return `SELECT ${COLUMNS} FROM unnest($1::text[]) AS k(wallet_id)
${LOOKUP[engine].inner} wallets w ON w.wallet_id = k.wallet_id`;
}

const PAGE = `SELECT ${COLUMNS} FROM wallets w WHERE w.wallet_id > $1::text ORDER BY w.wallet_id LIMIT $2::int8`;

const LISTED = 'listed';

const HOMES = `
SELECT ${COLUMNS}, '${LISTED}' AS type, 0::int8 AS version, 0::int2 AS schema_version, '' AS data
FROM wallets w WHERE w.wallet_id = $1::text
UNION ALL
SELECT e.wallet_id, e.region, NULL::text[], e.type, e.version, e.schema_version, e.data FROM wallet_events e
WHERE e.region = ANY($2::text[]) AND e.wallet_id = $1::text AND e.type = ANY($3::text[])`;
