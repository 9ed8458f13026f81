import type { Database, Engine } from '@tidemark/database';
import {
  domainEvent,
  EVENT_COLUMNS,
  positionOf,
  readWalletEvents,
  rowToEvent,
  LOOKUP,
  type EventRow,
  type Position,
  type RecordedEvent,
} from '@tidemark/event-store';
import { decodeWallet, evolve, initialState, STATE_VERSION, type Wallet } from '@tidemark/wallet';
import { liveIn } from '../live-builds.js';

/** A wallet as of its latest event that went into it. */
export interface WalletState {
  readonly walletId: string;
  readonly region: string;
  readonly wallet: Wallet;
  /** Of the event at `wallet.version`. */
  readonly position: Position;
  readonly recordedAt: string;
}

type Reader = Pick<Database, 'query' | 'engine'>;

type FreshRow = Omit<EventRow, 'version'> & {
  home: string;
  projected_position: string | null;
  state: string | null;
  updated_at: string | null;
  version: string | null;
};

/**
 * A wallet with everything that is committed: its projected row and the events after it, read in one snapshot and
 * folded here. Never stale, whatever the workers do. Undefined when no such wallet was opened.
 */
export async function readFreshWallet(reader: Reader, walletId: string): Promise<WalletState | undefined> {
  const { rows } = await reader.query<FreshRow>(FRESH[reader.engine], [walletId, STATE_VERSION], {
    name: 'fresh-wallet',
  });
  const first = rows[0];
  if (!first) return undefined;
  if (!isReadable(first.state)) return readWholeWallet(reader, walletId);
  const projected = projectedState(reader, walletId, first.home, first);
  const tail = rows.filter(({ version }) => version !== null) as EventRow[];
  return foldOnto(
    projected ?? emptyState(walletId, first.home),
    tail.map((row) => rowToEvent(reader.engine, row)),
  );
}

/** A wallet as its projected row says, and the moment for which that was true of the row. */
export interface ProjectedWallet extends WalletState {
  /** ISO 8601, UTC. Now, or a few seconds ago where a replica nearby answered. */
  readonly readAsOf: string;
}

/**
 * A wallet as its projected row says, however far behind that is. Undefined when there is no row (yet).
 *
 * @param nearby may be answered by the nearest replica, as things stood some 4 s ago (CockroachDB's follower reads)
 */
export async function readProjectedWallet(
  reader: Reader,
  walletId: string,
  { nearby = false } = {},
): Promise<ProjectedWallet | undefined> {
  const { rows } = await reader.query<Omit<FreshRow, 'version'> & { read_as_of: string }>(
    nearby ? PROJECTED_NEARBY : PROJECTED[reader.engine],
    [walletId, STATE_VERSION],
    { name: nearby ? 'projected-wallet-nearby' : 'projected-wallet' },
  );
  const [row] = rows;
  const state = row && (await stateOfRow(reader, walletId, row));
  return state && { ...state, readAsOf: row.read_as_of };
}

/** Events read at once while folding a wallet to a point in time. */
const HISTORY_PAGE = 1_000;

/**
 * A wallet as it was: after the event `version`, or after the last event recorded at or before `time` (ISO 8601, UTC).
 * Recorded times never decrease along a wallet, so both cut off a prefix. It is final for a time that is closed (`closeTime`). Undefined where the wallet was not open yet.
 */
export async function readWalletAt(
  reader: Reader,
  walletId: string,
  at: { readonly version: number } | { readonly time: string },
): Promise<WalletState | undefined> {
  const included = (event: RecordedEvent) =>
    'version' in at ? event.version <= at.version : event.recordedAt <= at.time;
  let state: WalletState | undefined;
  for (;;) {
    const after = state?.wallet.version ?? 0;
    const events = await readWalletEvents(reader, { walletId, after, limit: HISTORY_PAGE });
    const prefix = events.filter(included);
    if (prefix.length > 0) state = foldOnto(state ?? emptyState(walletId, prefix[0]!.region), prefix);
    if (prefix.length < events.length || events.length < HISTORY_PAGE) return state;
  }
}

async function stateOfRow(
  reader: Reader,
  walletId: string,
  row: Omit<FreshRow, 'version'>,
): Promise<WalletState | undefined> {
  return isReadable(row.state) ? projectedState(reader, walletId, row.home, row) : readWholeWallet(reader, walletId);
}

/** False for a text that somebody has spoilt: the log is there. */
export function isReadable(state: string | null): boolean {
  try {
    if (state !== null) decodeWallet(state);
    return true;
  } catch {
    return false;
  }
}

/** Folded from the log alone. */
function readWholeWallet(reader: Reader, walletId: string): Promise<WalletState | undefined> {
  return readWalletAt(reader, walletId, { version: Number.MAX_SAFE_INTEGER });
}

function projectedState(
  { engine }: Reader,
  walletId: string,
  region: string,
  { state, projected_position, updated_at }: Omit<FreshRow, 'version'>,
): WalletState | undefined {
  if (state === null) return undefined;
  const position = positionOf(engine, projected_position!);
  return { walletId, region, wallet: decodeWallet(state), position, recordedAt: updated_at! };
}

function emptyState(walletId: string, region: string): WalletState {
  return { walletId, region, wallet: initialState, position: '', recordedAt: '' };
}

function foldOnto(start: WalletState, events: readonly RecordedEvent[]): WalletState {
  return events.reduce(
    (state, event) => ({
      ...state,
      wallet: evolve(state.wallet, domainEvent(event)),
      position: event.position,
      recordedAt: event.recordedAt,
    }),
    start,
  );
}

// The pointers to the live builds are read in the same statement as the rows, and each region may have one of its own.
const POINTERS = `LEFT JOIN projections p ON p.name = 'balances'`;

const PROJECTED: Record<Engine, string> = {
  cockroach: projectedSql('cockroach', ''),
  postgres: projectedSql('postgres', ''),
};
// now() is the time of the transaction, so here it says how old the answer is.
const PROJECTED_NEARBY = projectedSql('cockroach', 'AS OF SYSTEM TIME follower_read_timestamp()');

// Of a wallet that has just moved, the row is still where it was: its new region has none before its next event.
function projectedSql(engine: Engine, asOf: string): string {
  return `
WITH wallet AS (
  SELECT w.wallet_id, w.region, w.former_regions FROM wallets w WHERE w.wallet_id = $1::text),
lives AS (
  SELECT wallet_id, region AS home, region FROM wallet
  UNION ALL
  SELECT wallet_id, region AS home, unnest(former_regions) FROM wallet),
places AS (
  SELECT lives.*, ${liveIn('lives.region')} AS generation FROM lives ${POINTERS})
SELECT places.home, b.position::text AS projected_position, b.state, b.updated_at, now() AS read_as_of
FROM places
${LOOKUP[engine].left} wallet_balances b
  ON b.generation = places.generation AND b.region = places.region AND b.wallet_id = places.wallet_id
 AND b.state_version = $2::int2
${asOf}
ORDER BY b.version DESC NULLS LAST
LIMIT 1`;
}

const FRESH: Record<Engine, string> = { cockroach: freshSql('cockroach'), postgres: freshSql('postgres') };

function freshSql(engine: Engine): string {
  return `
WITH place AS (
  SELECT w.wallet_id, w.region AS home, w.former_regions, ${liveIn('w.region')} AS generation
  FROM wallets w ${POINTERS} WHERE w.wallet_id = $1::text),
wallet AS (
  SELECT place.wallet_id, place.home, place.former_regions, COALESCE(b.version, 0) AS start,
         b.position::text AS projected_position, b.state, b.updated_at
  FROM place
  ${LOOKUP[engine].left} wallet_balances b
    ON b.generation = place.generation AND b.region = place.home AND b.wallet_id = place.wallet_id
   AND b.state_version = $2::int2),
streams AS (
  SELECT wallet_id, start, home AS region FROM wallet
  UNION ALL
  SELECT wallet_id, start, unnest(former_regions) FROM wallet)
SELECT wallet.home, wallet.projected_position, wallet.state, wallet.updated_at, tail.*
FROM wallet
LEFT JOIN (
  SELECT streams.wallet_id AS tail_of, ${EVENT_COLUMNS}
  FROM streams ${LOOKUP[engine].inner} wallet_events e
    ON e.region = streams.region AND e.wallet_id = streams.wallet_id AND e.version > streams.start
) tail ON tail.tail_of = wallet.wallet_id
ORDER BY tail.version`;
}
