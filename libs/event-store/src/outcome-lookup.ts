import type { Database, Engine } from '@tidemark/database';
import { LOOKUP } from './lookup-join.js';
import type { AcceptedResult, CommandOutcome, CommandResult, RejectedResult } from './outcome.js';
import { positionOf } from './position.js';

export interface OutcomeKey {
  readonly region: string;
  readonly walletId: string;
  readonly idempotencyKey: string;
  /** Empty: the key was used before keys belonged to callers. */
  readonly caller: string;
}

export interface StoredOutcome {
  readonly requestHash: string;
  readonly caller: string;
  readonly result: CommandResult;
}

interface Row {
  ordinal: string;
  caller: string;
  request_hash: string;
  position: string | null;
  result: string;
}

/**
 * The stored outcomes under some keys, in one query; the result has one entry a key, undefined where none is stored. What is
 * stored under a key of no caller, from before keys belonged to callers, is for every caller: none has one of their own then.
 */
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
      keys.map(({ caller }) => caller),
    ],
    { name: 'find-outcomes' },
  );
  const found: (StoredOutcome | undefined)[] = keys.map(() => undefined);
  for (const { ordinal, caller, request_hash, position, result } of rows) {
    const stored = JSON.parse(result) as Omit<AcceptedResult, 'position'> | RejectedResult;
    found[Number(ordinal) - 1] = {
      requestHash: request_hash,
      caller,
      result:
        stored.kind === 'rejected' ? stored : { ...stored, position: positionOf(database.engine, position ?? '0') },
    };
  }
  return found;
}

/** A stored outcome as a repeat of its request is answered. */
export function replayOf({ result, caller }: StoredOutcome): CommandOutcome {
  return { result, replayed: true, ...(caller === '' && { ofNoCaller: true }) };
}

const FIND: Record<Engine, string> = { cockroach: findSql('cockroach'), postgres: findSql('postgres') };

function findSql(engine: Engine): string {
  return `
SELECT k.ordinal, o.caller, o.request_hash, o.position::text AS position, o.result
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
  AS k(region, wallet_id, idempotency_key, caller, ordinal)
${LOOKUP[engine].inner} command_outcomes o
  ON o.region = k.region AND o.wallet_id = k.wallet_id AND o.idempotency_key = k.idempotency_key
  AND (o.caller = k.caller OR o.caller = '')`;
}
