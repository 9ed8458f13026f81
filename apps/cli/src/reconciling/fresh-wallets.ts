import type { Database } from '@tidemark/database';
import { domainEvent, EVENT_COLUMNS, rowToEvent, type EventRow } from '@tidemark/event-store';
import { liveIn } from '@tidemark/projections';
import { decodeWallet, evolve, initialState, READABLE_STATE_VERSIONS, type Wallet } from '@tidemark/wallet';

type Row = Omit<EventRow, 'version'> & {
  known_id: string;
  projected_version: string | null;
  projected_state: string | null;
  snapshot_version: string | null;
  snapshot_state: string | null;
  version: string | null;
};

/**
 * Many wallets with everything that is committed, read in one statement: for each the newer of its projected row and its
 * snapshot, and the events after that, folded here. So it is never stale, and is quick even while no worker runs.
 *
 * @returns the wallets by id; those that were never opened are missing
 * @throws EventFromTheFuture; whatever the database says
 */
export async function readFreshWallets(
  database: Pick<Database, 'query' | 'engine'>,
  walletIds: readonly string[],
): Promise<Map<string, Wallet>> {
  const { rows } = await database.query<Row>(FRESH, [walletIds, READABLE_STATE_VERSIONS], { name: 'fresh-wallets' });
  const wallets = new Map<string, Wallet>();
  for (const row of rows) {
    const before = wallets.get(row.known_id) ?? startOf(row);
    const { version } = row;
    wallets.set(
      row.known_id,
      version === null ? before : evolve(before, domainEvent(rowToEvent(database.engine, { ...row, version }))),
    );
  }
  return wallets;
}

function startOf({ projected_version, projected_state, snapshot_version, snapshot_state }: Row): Wallet {
  const newer = Number(snapshot_version ?? 0) > Number(projected_version ?? 0) ? snapshot_state : projected_state;
  return newer === null ? initialState : decodeWallet(newer);
}

// The pointers to the live builds are read in the same statement as the rows.
const FRESH = `
SELECT w.wallet_id AS known_id, b.version AS projected_version, b.state AS projected_state,
       s.version AS snapshot_version, s.state AS snapshot_state, ${EVENT_COLUMNS}
FROM unnest($1::text[]) AS k(wallet_id)
JOIN wallets w ON w.wallet_id = k.wallet_id
LEFT JOIN projections p ON p.name = 'balances'
LEFT JOIN wallet_balances b
  ON b.generation = ${liveIn('w.region')}
 AND b.region = w.region AND b.wallet_id = w.wallet_id AND b.state_version = ANY($2::int2[])
LEFT JOIN wallet_snapshots s
  ON s.region = w.region AND s.wallet_id = w.wallet_id AND s.state_version = ANY($2::int2[])
LEFT JOIN LATERAL (
  SELECT * FROM wallet_events t
  WHERE t.region = w.region AND t.wallet_id = w.wallet_id
    AND t.version > GREATEST(COALESCE(b.version, 0), COALESCE(s.version, 0))
) e ON true
ORDER BY w.wallet_id, e.version`;
