import { retryIdempotent, type Database } from '@tidemark/database';
import {
  EVENT_COLUMNS,
  positionOf,
  rowToEvent,
  type AppendedRange,
  type EventRow,
  type RecordedEvent,
} from '@tidemark/event-store';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientModel } from '../clients/client-model.js';

export interface StoredOutcome {
  readonly region: string;
  readonly walletId: string;
  readonly idempotencyKey: string;
  /** Empty if it appended nothing. */
  readonly position: string;
  readonly result: StoredResult;
}

type StoredResult =
  | {
      readonly kind: 'accepted';
      readonly wallets: readonly {
        readonly walletId: string;
        readonly version: number;
        readonly homeRegion: string;
        readonly balances: readonly StoredBalance[];
      }[];
    }
  | { readonly kind: 'rejected'; readonly code: string; readonly details: Readonly<Record<string, unknown>> };
type StoredBalance = { readonly currency: string; readonly posted: string };

export interface StoredCommit {
  readonly region: string;
  readonly position: string;
  readonly commitId: string;
  readonly appended: readonly AppendedRange[];
}

/** A wallet in the projection of one region: the text of `encodeWallet`. In a former region it stays unchanged. */
export interface ProjectedWallet {
  readonly walletId: string;
  readonly version: number;
  readonly state: string;
  /** Number of lines of its statement. */
  readonly movements: number;
}

/** The events that a tailer saw during the whole run, in its order. */
export interface Tailed {
  readonly commits: readonly StoredCommit[];
  /** `wallet version` of every event that it fetched. */
  readonly events: readonly string[];
}

/** All data of a run for the checker: the database, the answers to clients, and the events of the tailer. */
export interface Evidence {
  readonly events: readonly RecordedEvent[];
  readonly outcomes: readonly StoredOutcome[];
  /** In the order of position and commit id. */
  readonly commits: readonly StoredCommit[];
  readonly directory: readonly { readonly walletId: string; readonly region: string }[];
  /** Undefined if no worker ran. */
  readonly projected: readonly ProjectedWallet[] | undefined;
  readonly tailed: Tailed;
  readonly model: Pick<ClientModel, 'told' | 'repeats' | 'seen' | 'unresolved'>;
}

/** Reads the database directly, without the service, as the owner of the tables. */
export async function readDatabase(
  database: Database,
  { projected }: { projected: boolean },
): Promise<Omit<Evidence, 'tailed' | 'model'>> {
  const { engine } = database;
  const read = <Row>(text: string) =>
    retryIdempotent(async () => (await database.query<Row>(text)).rows, { random: Math.random, sleep });
  const events = await read<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM wallet_events e ORDER BY e.region, e.wallet_id, e.version`,
  );
  const outcomes = await read<Record<'region' | 'wallet_id' | 'key' | 'result', string> & { position: string | null }>(
    `SELECT region, wallet_id, idempotency_key AS key, position::text AS position, result FROM command_outcomes`,
  );
  const commits = await read<Record<'region' | 'position' | 'commit_id' | 'appended', string>>(
    `SELECT region, position::text AS position, commit_id, appended FROM commits ORDER BY commits.position, commit_id`,
  );
  const directory = await read<Record<'wallet_id' | 'region', string>>('SELECT wallet_id, region FROM wallets');
  return {
    events: events.map((row) => rowToEvent(engine, row)),
    outcomes: outcomes.map(({ region, wallet_id, key, position, result }) => ({
      region,
      walletId: wallet_id,
      idempotencyKey: key,
      position: position === null ? '' : positionOf(engine, position),
      result: JSON.parse(result) as StoredResult,
    })),
    commits: commits.map(({ region, position, commit_id, appended }) => ({
      region,
      position: positionOf(engine, position),
      commitId: commit_id,
      appended: (JSON.parse(appended) as [string, number, number][]).map(([walletId, firstVersion, lastVersion]) => ({
        ...{ walletId, firstVersion, lastVersion },
      })),
    })),
    directory: directory.map(({ wallet_id, region }) => ({ walletId: wallet_id, region })),
    projected: projected ? await read<Row>(PROJECTED).then((rows) => rows.map(projectedOf)) : undefined,
  };
}

type Row = { wallet_id: string; version: string; state: string; movements: string };

function projectedOf({ wallet_id, version, state, movements }: Row): ProjectedWallet {
  return { walletId: wallet_id, version: Number(version), state, movements: Number(movements) };
}

const PROJECTED = `
SELECT b.wallet_id, b.version, b.state,
       (SELECT count(*) FROM wallet_movements m
        WHERE m.generation = (SELECT live_generation FROM projections WHERE name = 'movements')
          AND m.wallet_id = b.wallet_id) AS movements
FROM wallet_balances b
WHERE b.generation = (SELECT live_generation FROM projections WHERE name = 'balances')`;
