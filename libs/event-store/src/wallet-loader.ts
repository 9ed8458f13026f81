import type { Database, Engine } from '@tidemark/database';
import { decodeWallet, evolve, initialState, STATE_VERSION } from '@tidemark/wallet';
import { absentHead, type WalletHead } from './draft.js';
import { LOOKUP } from './lookup-join.js';
import { domainEvent, EVENT_COLUMNS, rowToEvent, type EventRow, type RecordedEvent } from './recorded-event.js';

/** A wallet to load; `from` is what is known of it already, so that only the events after it are read. */
export interface LoadRequest {
  readonly walletId: string;
  readonly from?: WalletHead | undefined;
}

type LoadRow = EventRow & {
  known_id: string;
  home: string | null;
  keys_before_callers: boolean | null;
  snapshot_state: string | null;
  snapshot_recorded_at: string | null;
  snapshot_hash: string | null;
  version: string | null;
};

/**
 * Loads any number of wallets in one query: for each its snapshot, where there is one that this code can read, and the
 * events after it. A wallet that the directory does not know is absent.
 *
 * A wallet that cannot be folded (EventFromTheFuture, a broken log) is an Error in its place, so that it stops nobody else.
 *
 * @throws whatever the database says.
 */
export async function loadWallets(
  database: Pick<Database, 'query' | 'engine'>,
  requests: readonly LoadRequest[],
): Promise<Map<string, WalletHead | Error>> {
  const versions = requests.map(({ from }) => from?.wallet.version ?? 0);
  const known = versions.every((version) => version > 0);
  const { rows } = await database.query<LoadRow>(
    (known ? RELOAD : LOAD)[database.engine],
    [requests.map(({ walletId }) => walletId), versions, ...(known ? [] : [STATE_VERSION])],
    { name: known ? 'reload-wallets' : 'load-wallets' },
  );
  const starts = new Map(requests.map(({ walletId, from }) => [walletId, from]));
  const loaded = new Map<string, WalletHead | Error>();
  for (const row of rows) {
    const soFar = loaded.get(row.known_id);
    if (soFar instanceof Error) continue;
    loaded.set(row.known_id, fold(database.engine, row, soFar, starts.get(row.known_id)));
  }
  return loaded;
}

function startOf(row: LoadRow, known: WalletHead | undefined): WalletHead {
  const { known_id: walletId, home, snapshot_state, snapshot_recorded_at, snapshot_hash } = row;
  if (known && known.wallet.version > 0) return known;
  const keysBeforeCallers = row.keys_before_callers ?? false;
  if (snapshot_state === null) {
    return { ...absentHead(walletId, home ?? known?.region ?? '', initialState), keysBeforeCallers };
  }
  const wallet = decodeWallet(snapshot_state);
  const [hash, recordedAt] = [snapshot_hash!, snapshot_recorded_at!];
  return { walletId, region: home!, wallet, hash, recordedAt, keysBeforeCallers };
}

function fold(
  engine: Engine,
  row: LoadRow,
  soFar: WalletHead | undefined,
  known: WalletHead | undefined,
): WalletHead | Error {
  try {
    const head = soFar ?? startOf(row, known);
    return row.version === null ? head : advance(head, rowToEvent(engine, row));
  } catch (error) {
    return error as Error;
  }
}

function advance(head: WalletHead, event: RecordedEvent): WalletHead {
  const { walletId } = head;
  if (event.version !== head.wallet.version + 1) {
    throw new Error(`wallet ${walletId}: version ${event.version} follows ${head.wallet.version} in the log`);
  }
  const wallet = evolve(head.wallet, domainEvent(event));
  return { ...head, region: wallet.homeRegion, wallet, hash: event.hash, recordedAt: event.recordedAt };
}

const LOAD: Record<Engine, string> = { cockroach: loadSql('cockroach', true), postgres: loadSql('postgres', true) };
/** For wallets that are all known already. Looking for snapshots as well would cost the distance to their region again. */
const RELOAD: Record<Engine, string> = {
  cockroach: loadSql('cockroach', false),
  postgres: loadSql('postgres', false),
};

function loadSql(engine: Engine, withSnapshots: boolean): string {
  const { inner, left } = LOOKUP[engine];
  const snapshot = withSnapshots
    ? {
        columns: `COALESCE(s.version, k.version) AS start,
         s.state AS snapshot_state, s.recorded_at AS snapshot_recorded_at, encode(s.hash, 'hex') AS snapshot_hash`,
        join: `${left} wallet_snapshots s
    ON s.region = w.region AND s.wallet_id = w.wallet_id AND s.state_version = $3::int2 AND k.version = 0`,
      }
    : {
        columns: `k.version AS start,
         NULL::text AS snapshot_state, NULL::timestamptz AS snapshot_recorded_at, NULL::text AS snapshot_hash`,
        join: '',
      };
  return `
WITH known AS (
  SELECT k.wallet_id AS known_id, w.region AS home, w.former_regions, w.keys_before_callers, ${snapshot.columns}
  FROM unnest($1::text[], $2::int8[]) AS k(wallet_id, version)
  ${left} wallets w ON w.wallet_id = k.wallet_id
  ${snapshot.join}),
streams AS (
  SELECT known_id, start, home AS region FROM known
  UNION ALL
  SELECT known_id, start, unnest(former_regions) FROM known)
SELECT known.known_id, known.home, known.keys_before_callers, known.snapshot_state, known.snapshot_recorded_at, known.snapshot_hash, tail.*
FROM known
LEFT JOIN (
  SELECT streams.known_id AS tail_of, ${EVENT_COLUMNS}
  FROM streams ${inner} wallet_events e
    ON e.region = streams.region AND e.wallet_id = streams.known_id AND e.version > streams.start
) tail ON tail.tail_of = known.known_id
ORDER BY known.known_id, tail.version`;
}
