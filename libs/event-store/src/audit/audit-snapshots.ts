import type { Engine } from '@tidemark/database';
import { LOOKUP } from '../lookup-join.js';
import type { AuditReader } from './audit.js';

/** A row of `wallet_snapshots`. */
export interface SnapshotRow {
  readonly region: string;
  readonly walletId: string;
  readonly version: number;
  readonly stateVersion: number;
  /** The text of `encodeWallet` of that state version. */
  readonly state: string;
  /** Of the event at this version, as is the hash (lower-case hex). */
  readonly recordedAt: string;
  readonly hash: string;
}

/** The snapshots of some wallets in some regions, in no particular order; one that moved may have several. */
export async function readSnapshots(
  reader: AuditReader,
  regions: readonly string[],
  walletIds: readonly string[],
): Promise<SnapshotRow[]> {
  const keys = walletIds.flatMap((walletId) => regions.map((region) => ({ region, walletId })));
  if (keys.length === 0) return [];
  const { rows } = await reader.query<{
    region: string;
    wallet_id: string;
    version: string;
    state_version: number;
    state: string;
    recorded_at: string;
    hash: string;
  }>(BY_KEY[reader.engine], [keys.map(({ region }) => region), keys.map(({ walletId }) => walletId)], {
    name: 'audit-snapshots',
  });
  return rows.map((row) => ({
    region: row.region,
    walletId: row.wallet_id,
    version: Number(row.version),
    stateVersion: Number(row.state_version),
    state: row.state,
    recordedAt: row.recorded_at,
    hash: row.hash,
  }));
}

const BY_KEY: Record<Engine, string> = { cockroach: byKeySql('cockroach'), postgres: byKeySql('postgres') };

function byKeySql(engine: Engine): string {
  return `
SELECT s.region, s.wallet_id, s.version, s.state_version, s.state, s.recorded_at, encode(s.hash, 'hex') AS hash
FROM unnest($1::text[], $2::text[]) AS k(region, wallet_id)
${LOOKUP[engine].inner} wallet_snapshots s ON s.region = k.region AND s.wallet_id = k.wallet_id`;
}
