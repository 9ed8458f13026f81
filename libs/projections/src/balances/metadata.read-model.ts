import type { Database, Engine } from '@tidemark/database';
import { LOOKUP } from '@tidemark/event-store';
import { decodeEvent, type EncodedEvent } from '@tidemark/wallet';

/** What a caller says about a wallet when it opens it. */
export type Metadata = Readonly<Record<string, string>>;

/**
 * The metadata that an event has. None where nobody can read the event: its damage is a finding of `tidemark doctor`, and
 * must not keep a balance from being read.
 */
export function metadataOf(encoded: EncodedEvent | undefined): Metadata {
  if (!encoded) return {};
  try {
    const event = decodeEvent(encoded);
    return 'metadata' in event ? event.metadata : {};
  } catch {
    return {};
  }
}

/**
 * The metadata of some wallets, in the order of their ids, as many as fit.
 *
 * @param wallets with the version of the event that has their metadata (`metadataVersionOf`)
 * @param bytesMax of all these events together; the first wallet is always among them
 * @returns by wallet id; the wallets behind the last one that fits are missing
 */
export async function readMetadata(
  { engine, query }: Pick<Database, 'query' | 'engine'>,
  wallets: readonly { readonly walletId: string; readonly version: number }[],
  bytesMax: number,
): Promise<Map<string, Metadata>> {
  if (wallets.length === 0) return new Map();
  const { rows } = await query<{ wallet_id: string; type: string; schema_version: number; data: string }>(
    METADATA[engine],
    [wallets.map(({ walletId }) => walletId), wallets.map(({ version }) => version), bytesMax],
    { name: 'wallet-metadata' },
  );
  return new Map(
    rows.map(({ wallet_id, type, schema_version, data }) => [
      wallet_id,
      metadataOf({ type, schemaVersion: Number(schema_version), data }),
    ]),
  );
}

const METADATA: Record<Engine, string> = { cockroach: metadataSql('cockroach'), postgres: metadataSql('postgres') };

function metadataSql(engine: Engine): string {
  const { inner } = LOOKUP[engine];
  return `
WITH known AS (
  SELECT w.wallet_id, k.version, w.region, w.former_regions
  FROM unnest($1::text[], $2::int8[]) AS k(wallet_id, version) ${inner} wallets w ON w.wallet_id = k.wallet_id),
streams AS (
  SELECT wallet_id, version, region FROM known
  UNION ALL
  SELECT wallet_id, version, unnest(former_regions) FROM known),
sizes AS (
  SELECT e.region, e.wallet_id, e.version, octet_length(e.data) AS bytes
  FROM streams ${inner} wallet_events e
    ON e.region = streams.region AND e.wallet_id = streams.wallet_id AND e.version = streams.version),
sums AS (
  SELECT region, wallet_id, version, bytes, sum(bytes) OVER (ORDER BY wallet_id) AS bytes_so_far FROM sizes)
SELECT e.wallet_id, e.type, e.schema_version, e.data
FROM sums ${inner} wallet_events e ON e.region = sums.region AND e.wallet_id = sums.wallet_id AND e.version = sums.version
WHERE sums.bytes_so_far <= $3::int8 OR sums.bytes_so_far = sums.bytes
ORDER BY e.wallet_id`;
}
