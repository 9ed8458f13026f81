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
import {
  decodeWallet,
  evolve,
  initialState,
  metadataVersionOf,
  READABLE_STATE_VERSIONS,
  type Wallet,
} from '@tidemark/wallet';
import { liveIn } from '../live-builds.js';
import { metadataOf, readMetadata, type Metadata } from './metadata.read-model.js';

/** A wallet as of its latest event that went into it. */
export interface WalletState {
  readonly walletId: string;
  readonly region: string;
  readonly wallet: Wallet;
  /** As the opening event or its last change has it. */
  readonly metadata: Metadata;
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

type ProjectedRow = Pick<FreshRow, 'home' | 'projected_position' | 'state' | 'updated_at'> & {
  read_as_of: string;
  opening_version: number | null;
  opening_data: string | null;
};

/**
 * A wallet with everything that is committed: its projected row and the events after it, read in one snapshot and
 * folded here. Never stale, whatever the workers do. Undefined when no such wallet was opened.
 */
export async function readFreshWallet(reader: Reader, walletId: string): Promise<WalletState | undefined> {
  const { rows } = await reader.query<FreshRow>(
    FRESH[reader.engine],
    [walletId, READABLE_STATE_VERSIONS, HISTORY_PAGE],
    {
      name: 'fresh-wallet',
    },
  );
  const first = rows[0];
  if (!first) return undefined;
  if (!isReadable(first.state)) return readWholeWallet(reader, walletId);
  const events = rows.flatMap(({ version, ...row }) =>
    version === null ? [] : rowToEvent(reader.engine, { ...row, version }),
  );
  const opening = events.find(({ version }) => version === 1);
  const projected = projectedState(reader, walletId, first.home, first, metadataOf(opening));
  const tail = projected ? events.filter((event) => event !== opening) : events;
  const start = projected ? await withChangedMetadata(reader, projected) : emptyState(walletId, first.home);
  const state = foldOnto(start, tail);
  return tail.length < HISTORY_PAGE ? state : foldOn(reader, state, () => true);
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
  const { rows } = await reader.query<ProjectedRow>(
    nearby ? PROJECTED_NEARBY : PROJECTED[reader.engine],
    [walletId, READABLE_STATE_VERSIONS],
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
  const state = await foldOn(reader, emptyState(walletId, ''), included);
  return state.wallet.version === 0 ? undefined : state;
}

/** Goes on with a wallet's events, a page at a time, as long as they are included. */
async function foldOn(
  reader: Reader,
  start: WalletState,
  included: (event: RecordedEvent) => boolean,
): Promise<WalletState> {
  for (let state = start; ;) {
    const { walletId, wallet } = state;
    const events = await readWalletEvents(reader, { walletId, after: wallet.version, limit: HISTORY_PAGE });
    const prefix = events.filter(included);
    const region = state.region === '' && prefix[0] ? prefix[0].region : state.region;
    state = foldOnto({ ...state, region }, prefix);
    if (prefix.length < events.length || events.length < HISTORY_PAGE) return state;
  }
}

async function stateOfRow(reader: Reader, walletId: string, row: ProjectedRow): Promise<WalletState | undefined> {
  if (!isReadable(row.state)) return readWholeWallet(reader, walletId);
  const { opening_version: schemaVersion, opening_data: data } = row;
  const opening = data === null ? undefined : { type: 'WalletOpened', schemaVersion: Number(schemaVersion), data };
  const state = projectedState(reader, walletId, row.home, row, metadataOf(opening));
  return state && withChangedMetadata(reader, state);
}

/** Metadata that was changed after the opening is in a later event, which the statement for the rest did not look for. */
async function withChangedMetadata(reader: Reader, state: WalletState): Promise<WalletState> {
  const version = metadataVersionOf(state.wallet);
  if (version === 1) return state;
  const { walletId } = state;
  const changed = await readMetadata(reader, [{ walletId, version }], Number.MAX_SAFE_INTEGER);
  return { ...state, metadata: changed.get(walletId) ?? {} };
}

/** False for a text that is damaged. Then the wallet is read from the log. */
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
  { state, projected_position, updated_at }: Pick<FreshRow, 'state' | 'projected_position' | 'updated_at'>,
  metadata: Metadata,
): WalletState | undefined {
  if (state === null) return undefined;
  const position = positionOf(engine, projected_position!);
  return { walletId, region, wallet: decodeWallet(state), metadata, position, recordedAt: updated_at! };
}

function emptyState(walletId: string, region: string): WalletState {
  return { walletId, region, wallet: initialState, metadata: {}, position: '', recordedAt: '' };
}

function foldOnto(start: WalletState, events: readonly RecordedEvent[]): WalletState {
  return events.reduce((state, recorded) => {
    const event = domainEvent(recorded);
    return {
      ...state,
      wallet: evolve(state.wallet, event, recorded.recordedAt),
      metadata: 'metadata' in event ? event.metadata : state.metadata,
      position: recorded.position,
      recordedAt: recorded.recordedAt,
    };
  }, start);
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
  SELECT lives.*, ${liveIn('lives.region')} AS generation FROM lives ${POINTERS}),
opening AS (
  SELECT e.schema_version, e.data
  FROM lives ${LOOKUP[engine].inner} wallet_events e
    ON e.region = lives.region AND e.wallet_id = lives.wallet_id AND e.version = 1)
SELECT places.home, b.position::text AS projected_position, b.state, b.updated_at, now() AS read_as_of,
       (SELECT schema_version FROM opening) AS opening_version, (SELECT data FROM opening) AS opening_data
FROM places
${LOOKUP[engine].left} wallet_balances b
  ON b.generation = places.generation AND b.region = places.region AND b.wallet_id = places.wallet_id
 AND b.state_version = ANY($2::int2[])
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
   AND b.state_version = ANY($2::int2[])),
streams AS (
  SELECT wallet_id, start, home AS region FROM wallet
  UNION ALL
  SELECT wallet_id, start, unnest(former_regions) FROM wallet),
ranges AS (
  SELECT wallet_id, region, start + 1 AS first_version, start + $3::int8 AS last_version FROM streams
  UNION ALL
  SELECT wallet_id, region, 1, 1 FROM streams WHERE start > 0) -- the opening has the metadata
SELECT wallet.home, wallet.projected_position, wallet.state, wallet.updated_at, tail.*
FROM wallet
LEFT JOIN (
  SELECT ranges.wallet_id AS tail_of, ${EVENT_COLUMNS}
  FROM ranges ${LOOKUP[engine].inner} wallet_events e
    ON e.region = ranges.region AND e.wallet_id = ranges.wallet_id
   AND e.version BETWEEN ranges.first_version AND ranges.last_version
) tail ON tail.tail_of = wallet.wallet_id
ORDER BY tail.version`;
}
