import { fullJitter } from '@tidemark/database';
import { walletsOf } from '@tidemark/wallet';
import { append } from './append.js';
import type { CommandRequest, CommandStrategy } from './command-request.js';
import { draft, isUnknownScope, type Draft } from './draft.js';
import type { WriteEnvironment } from './environment.js';
import { IdempotencyKeyReused, LogUnavailable, OutcomeUnknown, type CommandOutcome } from './outcome.js';
import { QueueRoom } from './queue-room.js';
import { readForDecision } from './read-for-decision.js';
import { failureOf, StaleAnswer } from './recovery.js';

/**
 * Locks the wallets' directory rows in the order of their ids, then reads, then appends, in one explicit transaction. It exists for
 * comparison: each command holds the locks for four round trips.
 */
export function pessimisticStrategy(environment: WriteEnvironment): CommandStrategy {
  return new PessimisticStrategy(environment);
}

class PessimisticStrategy implements CommandStrategy {
  private readonly running = new Set<Promise<CommandOutcome>>();
  private readonly room: QueueRoom;
  private closed = false;

  constructor(private readonly environment: WriteEnvironment) {
    this.room = new QueueRoom(environment.limits);
  }

  async execute(request: CommandRequest): Promise<CommandOutcome> {
    if (this.closed) throw new LogUnavailable('the service is shutting down; nothing was written');
    this.room.enter(request.command);
    const outcome = this.untilDecided(request);
    this.running.add(outcome);
    return outcome.finally(() => {
      this.running.delete(outcome);
      this.room.leave(request.command);
    });
  }

  executeInOrder(requests: readonly CommandRequest[]): readonly Promise<CommandOutcome>[] {
    let before: Promise<unknown> = Promise.resolve();
    return requests.map((request) => {
      const outcome = before.then(() => this.execute(request));
      before = outcome.catch(() => undefined);
      return outcome;
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.running);
  }

  /** Runs the whole transaction again, from its first read, until it commits or the deadline passes. */
  private async untilDecided(request: CommandRequest): Promise<CommandOutcome> {
    const { monotonic, limits, random, sleep, observer, logClock, database } = this.environment;
    const deadline = monotonic() + limits.commandDeadlineMs;
    let ambiguous = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const outcome = await this.attempt(request);
        if (ambiguous) observer.ambiguityEnded(outcome.replayed ? 'had_committed' : 'written_again');
        return ambiguous ? { ...outcome, replayed: false } : outcome;
      } catch (error) {
        if (error instanceof IdempotencyKeyReused) throw error;
        const failure = failureOf(error);
        if (failure === 'defect') throw error;
        observer.retried(failure, 1);
        ambiguous ||= failure === 'ambiguous';
        if (failure === 'recorded_too_early') await logClock.catchUp(database).catch(() => undefined);
        if (monotonic() > deadline) {
          throw ambiguous ? new OutcomeUnknown('the same key will tell') : new LogUnavailable('nothing was written');
        }
        await sleep(
          fullJitter({ attempt: attempt + 1, baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs, random }),
        );
      }
    }
  }

  private async attempt(request: CommandRequest): Promise<CommandOutcome> {
    const { database, logClock, committed } = this.environment;
    const { outcome, written } = await database.transaction(async ({ query }) => {
      const on = { query, engine: database.engine };
      await on.query(LOCK, [[...walletsOf(request.command)].sort()], { name: 'lock-wallets' });
      const { known, heads } = await readForDecision(on, [request]);
      const [first] = known;
      if (first instanceof IdempotencyKeyReused) throw first;
      if (first) return { outcome: first, written: [] };
      // After the locks: the wait for them would count towards the bound on when an event becomes visible (closed-time.ts).
      const made = draft(request, (walletId) => heads.get(walletId)!, logClock.now());
      return { outcome: await this.write(made, on), written: [made] };
    });
    committed(written);
    return outcome;
  }

  private async write(made: Draft, on: Pick<WriteEnvironment['database'], 'query'>): Promise<CommandOutcome> {
    const { result } = made;
    if (result.kind === 'rejected' && isUnknownScope(made)) return { result, replayed: false };
    const { position, stored } = await append(this.environment, [made], on);
    if (stored === 0) throw new StaleAnswer('a wallet moved between the read and the answer');
    return { result: result.kind === 'accepted' ? { ...result, position } : result, replayed: false };
  }
}

// In the order of the ids, so that two transfers between the same wallets cannot deadlock.
const LOCK = `
SELECT wallet_id FROM wallets WHERE wallet_id = ANY($1::text[]) ORDER BY wallet_id FOR UPDATE`;
