import type { Database, Engine } from '@tidemark/database';
import { LOOKUP } from './lookup-join.js';
import type { CommandResult, RejectedResult, WalletView } from './outcome.js';
import { positionOf } from './position.js';

export interface OutcomeKey {
  readonly region: string;
  readonly walletId: string;
  readonly idempotencyKey: string;
}

export interface StoredOutcome {
  readonly requestHash: string;
  readonly result: CommandResult;
}

interface Row {
  ordinal: string;
  request_hash: string;
  position: string | null;
  result: string;
}

/** The stored outcomes under some keys, in one query; the result has one entry a key, undefined where none is stored. */
export async function findOutcomes(
  database: Pick<Database, 'query' | 'engine'>,
  keys: readonly OutcomeKey[],
): Promise<(StoredOutcome | undefined)[]> {
  const { rows } = await database.query<Row>(
    FIND[database.engine],
    [
      keys.map(({ region }) => region),
      keys.map(({ walletId }) => walletId),
      keys.map(({ idempotencyKey }) => idempotencyKey),
    ],
    { name: 'find-outcomes' },
  );
  const found: (StoredOutcome | undefined)[] = keys.map(() => undefined);
  for (const { ordinal, request_hash, position, result } of rows) {
    const stored = JSON.parse(result) as { kind: 'accepted'; wallets: WalletView[] } | RejectedResult;
    found[Number(ordinal) - 1] = {
      requestHash: request_hash,
      result:
        stored.kind === 'rejected' ? stored : { ...stored, position: positionOf(database.engine, position ?? '0') },
    };
  }
  return found;
}

const FIND: Record<Engine, string> = { cockroach: findSql('cockroach'), postgres: findSql('postgres') };

function findSql(engine: Engine): string {
  return `
SELECT k.ordinal, o.request_hash, o.position::text AS position, o.result
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k(region, wallet_id, idempotency_key, ordinal)
${LOOKUP[engine].inner} command_outcomes o
  ON o.region = k.region AND o.wallet_id = k.wallet_id AND o.idempotency_key = k.idempotency_key`;
}
