import type { Database, Engine } from '@tidemark/database';
import { decodeWallet, evolve, initialState, READABLE_STATE_VERSIONS, type Wallet } from '@tidemark/wallet';
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

/** Events that one query brings, of all its wallets together: some tens of megabytes. */
const EVENTS_MAX = 20_000;
/** Events read of each wallet, at least: most wallets have fewer since their last snapshot. */
const TAIL_MIN = 40;

/**
 * Loads any number of wallets, as a rule in one query: for each its snapshot, where there is one that this code can read, and
 * the events after it. Of a long tail each query brings a part. A wallet that the directory does not know is absent.
 *
 * A wallet that cannot be folded (EventFromTheFuture, a broken log) is an Error in its place, so that it does not stop the others.
 *
 * @throws whatever the database says.
 */
export async function loadWallets(
  database: Pick<Database, 'query' | 'engine'>,
  requests: readonly LoadRequest[],
): Promise<Map<string, WalletHead | Error>> {
  const loaded = new Map<string, WalletHead | Error>();
  for (let left = requests; left.length > 0;) {
    const tailMax = Math.max(TAIL_MIN, Math.floor(EVENTS_MAX / left.length));
    left = await loadTails(database, left, tailMax, loaded);
  }
  return loaded;
}

/**
 * Many wallets with everything that is committed, wherever they lived before.
 *
 * @returns the wallets by id; those that were never opened are missing
 * @throws EventFromTheFuture; whatever the database says
 */
export async function readWallets(
  database: Pick<Database, 'query' | 'engine'>,
  walletIds: readonly string[],
): Promise<Map<string, Wallet>> {
  const heads = await loadWallets(
    database,
    walletIds.map((walletId) => ({ walletId })),
  );
  const wallets = new Map<string, Wallet>();
  for (const [walletId, head] of heads) {
    if (head instanceof Error) throw head;
    if (head.wallet.status !== 'absent') wallets.set(walletId, head.wallet);
  }
  return wallets;
}

/** @returns the wallets that may go on, from where they are now */
async function loadTails(
  database: Pick<Database, 'query' | 'engine'>,
  requests: readonly LoadRequest[],
  tailMax: number,
  loaded: Map<string, WalletHead | Error>,
): Promise<LoadRequest[]> {
  const versions = requests.map(({ from }) => from?.wallet.version ?? 0);
  const known = versions.every((version) => version > 0);
  const { rows } = await database.query<LoadRow>(
    (known ? RELOAD : LOAD)[database.engine],
    [requests.map(({ walletId }) => walletId), versions, tailMax, ...(known ? [] : [READABLE_STATE_VERSIONS])],
    { name: known ? 'reload-wallets' : 'load-wallets' },
  );
  const starts = new Map(requests.map(({ walletId, from }) => [walletId, from]));
  const tails = Map.groupBy(rows, ({ known_id }) => known_id);
  for (const [walletId, tail] of tails) loaded.set(walletId, foldTail(database.engine, tail, starts.get(walletId)));
  return [...tails].flatMap(([walletId, tail]) => {
    const from = loaded.get(walletId)!;
    return tail.length < tailMax || from instanceof Error ? [] : { walletId, from };
  });
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

function foldTail(engine: Engine, tail: readonly LoadRow[], known: WalletHead | undefined): WalletHead | Error {
  try {
    return tail.reduce(
      (head, { version, ...row }) => (version === null ? head : advance(head, rowToEvent(engine, { ...row, version }))),
      startOf(tail[0]!, known),
    );
  } catch (error) {
    return error as Error;
  }
}

function advance(head: WalletHead, event: RecordedEvent): WalletHead {
  const { walletId } = head;
  if (event.version !== head.wallet.version + 1) {
    throw new Error(`wallet ${walletId}: version ${event.version} follows ${head.wallet.version} in the log`);
  }
  const wallet = evolve(head.wallet, domainEvent(event), event.recordedAt);
  const { hash, recordedAt } = event;
  // Another process wrote the event, and may have changed any fact with it.
  return { ...head, region: wallet.homeRegion, wallet, hash, recordedAt, facts: undefined };
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
    ON s.region = w.region AND s.wallet_id = w.wallet_id AND s.state_version = ANY($4::int2[]) AND k.version = 0`,
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
    ON e.region = streams.region AND e.wallet_id = streams.known_id
   AND e.version BETWEEN streams.start + 1 AND streams.start + $3::int8
) tail ON tail.tail_of = known.known_id
ORDER BY known.known_id, tail.version`;
}
