import { classify } from '@tidemark/database';
import { isRepeat } from './command-request.js';
import type { RetryReason, WriteEnvironment } from './environment.js';
import { IdempotencyKeyReused, type CommandOutcome } from './outcome.js';
import { findOutcomes, replayOf, type OutcomeKey, type StoredOutcome } from './outcome-lookup.js';
import type { CachedWallet, PendingCommand } from './pending-command.js';
import { refresh } from './wallet-cache.js';
import { loadWallets } from './wallet-loader.js';

/** The unique keys that decide races: a violation of one of them is an answer, of any other a defect. */
const DECIDING_KEYS = new Set(['wallet_events_pkey', 'command_outcomes_pkey', 'wallets_pkey']);

/** What refuses events that were recorded too early for readers, on CockroachDB and on PostgreSQL (closed-time.ts). */
const TIME_CONSTRAINTS = new Set(['commits_visible_in_time', 'closed_time_recorded_later']);

/** An answer that appends nothing turned out to rest on a state that is gone. */
export class StaleAnswer extends Error {
  override readonly name = 'StaleAnswer';
}

/** What a failed statement means for the commands in it (DESIGN §4, "Errors are classified once"). */
export function failureOf(error: unknown, during: 'read' | 'write' = 'write'): RetryReason {
  if (error instanceof StaleAnswer) return 'stale_answer';
  const { class: errorClass, constraint } = classify(error, during);
  if (TIME_CONSTRAINTS.has(constraint ?? '')) return 'recorded_too_early';
  switch (errorClass) {
    case 'unique_violation':
      return DECIDING_KEYS.has(constraint ?? '') ? 'replay_or_race' : 'defect';
    case 'lost_race':
    case 'ambiguous':
    case 'unavailable':
    case 'defect':
      return errorClass;
  }
}

export interface Reconciled {
  /** Commands that the database has an answer for already. */
  readonly answers: ReadonlyMap<PendingCommand, CommandOutcome | Error>;
  /** Wallets that others appended to meanwhile; their heads are the new ones. */
  readonly moved: ReadonlySet<CachedWallet>;
}

/**
 * Brings the wallets of some commands up to date, all in one query, and looks up which of their keys have been answered,
 * in another at the same time, since either may have to go far. Not finding a key proves nothing while an earlier statement
 * may still commit, or where the wallet has moved: it is the unique key of the next INSERT that decides.
 */
export async function reconcile(
  { database, monotonic }: Pick<WriteEnvironment, 'database' | 'monotonic'>,
  commands: readonly PendingCommand[],
): Promise<Reconciled> {
  const wallets = [...new Set(commands.flatMap((command) => command.wallets))];
  const known = new Map(wallets.map((wallet) => [wallet, wallet.head.wallet.version]));
  const loadedAt = monotonic();
  const requests = wallets.map(({ head }) => ({ walletId: head.walletId, from: head }));
  const [loaded, outcomes] = await Promise.all([
    loadWallets(database, requests),
    findOutcomes(database, commands.map(keyOf)),
  ]);
  const answers = new Map<PendingCommand, CommandOutcome | Error>();
  const moved = new Set<CachedWallet>();
  for (const wallet of wallets) {
    const found = loaded.get(wallet.head.walletId)!;
    if (found instanceof Error) {
      for (const command of commands) if (command.wallets.includes(wallet)) answers.set(command, found);
      continue;
    }
    refresh(wallet, found, loadedAt);
    if (wallet.head.wallet.version !== known.get(wallet)) moved.add(wallet);
  }
  commands.forEach((command, i) => {
    const stored = outcomes[i];
    if (stored) answers.set(command, answerFrom(command, stored));
  });
  return { answers, moved };
}

function keyOf({ scope, request, wallets }: PendingCommand): OutcomeKey {
  const { idempotencyKey, caller } = request;
  return { region: wallets[0]!.head.region, walletId: scope, idempotencyKey, caller };
}

function answerFrom({ request }: PendingCommand, stored: StoredOutcome): CommandOutcome | Error {
  if (isRepeat(request, stored.requestHash)) return replayOf(stored);
  return new IdempotencyKeyReused(request.idempotencyKey);
}
