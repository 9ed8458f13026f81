import type { Database } from '@tidemark/database';
import {
  completed,
  requestHash,
  type AskedCommand,
  type CommandIdentity,
  type CommandPipeline,
} from '@tidemark/application';
import { IdempotencyKeyReused } from '@tidemark/event-store';
import type { SingleCommand } from '@tidemark/wallet';
import type { Movement } from './mapping/movement-row.js';
import { findPastRetries, RETRIES_MAX } from './past-retries.js';

/** What became of a movement. `replayed`: it stood in the log already. */
export type Booking =
  | { readonly kind: 'booked' | 'replayed' }
  | {
      readonly kind: 'rejected';
      readonly code: string;
      readonly detail: string;
      /** Movements of the same row that stand before the one that was refused, and are booked. */
      readonly stands?: number;
    };

export interface BookingPolicy {
  readonly source: string;
  /** Whose the keys are; kept in the events as who asked for them. */
  readonly caller: string;
  /** History is booked even where it overdraws. */
  readonly overdraft: boolean;
  /** Movements that were refused in an earlier import are decided again, once. */
  readonly retryRejected: boolean;
}

/** Ends with the first command that fails: none behind it may be written. Shared by all commands of an import. */
export type Sequence = NonNullable<CommandIdentity['sequence']>;

/**
 * Books one movement exactly once, however often it is asked to. Its key is made of source and movement id, and a retry
 * has a key of its own, so that the first answer stays what it was.
 *
 * @throws whatever `CommandStrategy.execute` throws, but IdempotencyKeyReused: then the movement was imported with other content,
 *   which is an answer
 */
export async function bookMovement(
  door: Pick<CommandPipeline, 'write'>,
  database: Pick<Database, 'query'>,
  policy: BookingPolicy,
  movement: Movement,
  sequence?: Sequence,
): Promise<Booking> {
  const { source, caller, retryRejected } = policy;
  const firstKey = `import:${source}:${movement.id}`;
  // The id follows from the first key, also for a retry.
  const plain = completed(askedFor(movement), { caller, idempotencyKey: firstKey }, NO_REGION);
  // Hashed without the overdraft, which is how a movement is booked and not what it is: otherwise an import with
  // --overdraft after one without would take every debit for another movement.
  const hashes = { requestHash: requestHash(plain) };
  const asked = policy.overdraft || movement.overdraft ? overdrawing(plain) : plain;
  const write = async (idempotencyKey: string) =>
    (await door.write(asked, { caller, idempotencyKey, ...(sequence && { sequence }) }, hashes)).outcome;
  try {
    const first = await write(firstKey);
    if (first.result.kind === 'accepted') return { kind: first.replayed ? 'replayed' : 'booked' };
    if (!first.replayed) return rejected(first.result);

    const keyOf = (retry: number) => `import-retry:${retry}:${source}:${movement.id}`;
    const { count, last } = await findPastRetries(database, movement.walletId, caller, keyOf);
    if (last?.kind === 'accepted') return { kind: 'replayed' };
    if (!retryRejected || count >= RETRIES_MAX) return rejected(last ?? first.result);

    const again = await write(keyOf(count + 1));
    if (again.result.kind === 'accepted') return { kind: again.replayed ? 'replayed' : 'booked' };
    return rejected(again.result);
  } catch (error) {
    if (!(error instanceof IdempotencyKeyReused)) throw error;
    return { kind: 'rejected', code: 'changed_row', detail: 'this id was imported before, with other content' };
  }
}

/** A movement is booked where its wallet lives, and needs no region. */
const NO_REGION = '';

function askedFor({ direction, walletId, amount, details }: Movement): AskedCommand {
  return { type: direction === 'credit' ? 'Deposit' : 'Withdraw', walletId, amount, details };
}

function overdrawing(command: SingleCommand): SingleCommand {
  return command.type === 'Withdraw' ? { ...command, overdraft: 'unlimited' } : command;
}

function rejected({ code = '', details = {} }: { code?: string; details?: object }): Booking {
  return { kind: 'rejected', code, detail: inWords(details) };
}

/** `walletId 7, requested 10.00 EUR, available 9.00 EUR`. */
function inWords(details: object): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${isAmount(value) ? `${value.amount} ${value.currency}` : String(value)}`)
    .join(', ');
}

function isAmount(value: unknown): value is { amount: string; currency: string } {
  return typeof value === 'object' && value !== null && 'amount' in value;
}
