import { fullJitter } from '@tidemark/database';
import type { FactAddress } from '@tidemark/wallet';
import { append, type Appended } from './append.js';
import type { BatchedReads } from './batched-reads.js';
import { isUnknownScope, type Draft } from './draft.js';
import type { WriteEnvironment } from './environment.js';
import { OpenFlush } from './open-flush.js';
import { LogUnavailable, OutcomeUnknown, type CommandOutcome, type CommandResult } from './outcome.js';
import type { CachedWallet, PendingCommand } from './pending-command.js';
import { failureOf, reconcile, type Reconciled } from './recovery.js';
import { addressText, type StoredFact } from './stored-facts.js';
import { learn, refresh } from './wallet-cache.js';
import { loadWallets } from './wallet-loader.js';

/**
 * Group commit. Commands that arrive while a flush is in flight are decided at once, on the state it will leave, and go
 * out together in the next. One flush is in flight at a time, so a hot wallet is as fast as a thousand cold ones.
 *
 * Every failure has one remedy: restore the wallets, read them and the keys again, and decide again.
 */
export class FlushQueue {
  private queue: PendingCommand[] = [];
  private open = new OpenFlush();
  private inFlight = false;
  private recovering = false;
  private scheduled = false;
  /** Halved while a flush fails because of one of its commands, until that command is alone. */
  private commandsMax: number;
  /** In a row: of flushes that found no database, were ambiguous or had to restart, and of reads between them. */
  private failures = 0;
  private members = 0;

  /**
   * @param facts reads what decisions need to know besides the wallets
   * @param release called once for every command that has been answered
   * @param reroute called with a command whose wallets turned out to belong elsewhere; says whether it took it
   */
  constructor(
    readonly name: string,
    private readonly environment: WriteEnvironment,
    private readonly facts: BatchedReads<FactAddress, StoredFact>,
    private readonly release: (command: PendingCommand) => void,
    private readonly reroute: (command: PendingCommand, from: FlushQueue) => boolean,
  ) {
    this.commandsMax = environment.limits.flushCommandsMax;
  }

  /** Takes a command whose wallets are in memory and belong to this queue. */
  push(command: PendingCommand): void {
    this.members++;
    this.enqueue(command);
  }

  /** Forgets a command that goes on in another queue. */
  forget(): void {
    this.members--;
  }

  /** Whether every command it was given has been answered. */
  get idle(): boolean {
    return this.members === 0;
  }

  private enqueue(command: PendingCommand): void {
    this.queue.push(command);
    this.schedule();
  }

  /** Looks at the queue again. One turn of the event loop lets everything that arrives meanwhile into the same flush. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.fill();
      void this.send();
    });
  }

  /** Decides queued commands into the open flush, as many as it has room for. */
  private fill(): void {
    if (this.recovering || this.queue.length === 0) return;
    const { limits, logClock, monotonic } = this.environment;
    const now = logClock.now();
    const sittingOut: PendingCommand[] = [];
    let taken = 0;
    while (taken < this.queue.length && this.open.hasRoom(this.commandsMax, limits.flushBytesMax)) {
      const command = this.queue[taken++]!;
      if (command.wallets.some(({ cooling }) => cooling)) sittingOut.push(command);
      else if (command.isOver(monotonic())) this.giveUp(command);
      else if (command.facts.length > 0 && command.unknownFacts().length > 0) void this.readFacts(command);
      else this.decide(command, now);
    }
    this.queue.splice(0, taken, ...sittingOut);
  }

  private decide(command: PendingCommand, now: string): void {
    let made: Draft;
    try {
      made = this.open.decide(command, now);
    } catch (defect) {
      return this.fail(command, defect);
    }
    if (isUnknownScope(made)) void this.answerUnknownScope(command, made);
    else this.open.keep(command, made);
  }

  /** Reads what the command needs to know and queues it again; the others go on meanwhile. */
  private async readFacts(command: PendingCommand): Promise<void> {
    const unknown = command.unknownFacts().map((address) => ({ address, wallet: command.walletOf(address.walletId) }));
    const asked = unknown.map(({ wallet }) => wallet.reads);
    try {
      const found = await Promise.all(
        unknown.map(({ address }) => this.facts.one(addressText(address), address, command.deadline)),
      );
      unknown.forEach(({ address, wallet }, i) => learn(wallet, asked[i]!, address.key, found[i]!.value));
    } catch (error) {
      // The deadline has passed. An earlier attempt may stand, and only `giveUp` says so.
      if (error instanceof LogUnavailable) return this.giveUp(command);
      if (failureOf(error, 'read') === 'defect') return this.fail(command, error);
      await this.environment.sleep(this.jitter(command.attempts++));
    }
    if (!this.reroute(command, this)) this.enqueue(command);
  }

  private async send(): Promise<void> {
    if (this.inFlight || this.open.commands.length === 0) return; // a flush that recovers is still in flight
    const flush = this.open;
    this.open = new OpenFlush();
    this.inFlight = true;
    try {
      await this.write(flush);
    } finally {
      this.inFlight = false;
    }
    this.fill();
    if (this.open.commands.length > 0) void this.send();
  }

  private async write(flush: OpenFlush): Promise<void> {
    const { monotonic, observer, committed, limits } = this.environment;
    const startedAt = monotonic();
    let appended: Appended;
    try {
      appended = await append(this.environment, flush.drafts);
    } catch (error) {
      return this.recover(flush, error);
    }
    this.commandsMax = limits.flushCommandsMax;
    this.failures = 0;
    observer.flushed(flush.commands.length, monotonic() - startedAt);
    committed(flush.drafts);
    flush.commands.forEach((command, i) => {
      for (const { walletId, wallet } of flush.drafts[i]!.heads) command.walletOf(walletId).durable = wallet.version;
    });
    await this.settle(flush, appended);
  }

  private async settle(flush: OpenFlush, { position, stored }: Appended): Promise<void> {
    const complete = stored === flush.drafts.length;
    const uncertain: PendingCommand[] = [];
    flush.commands.forEach((command, i) => {
      const { result, events } = flush.drafts[i]!;
      if (!complete && events.length === 0) return void uncertain.push(command);
      if (command.ambiguous) this.environment.observer.ambiguityEnded('written_again');
      this.answer(command, {
        result: result.kind === 'accepted' ? { ...result, position } : result,
        replayed: false,
      });
    });
    if (complete) return;
    // An answer without events was decided on an outdated state, so it was not stored. Find out which one.
    this.environment.observer.retried('stale_answer', uncertain.length);
    const drafted = new Map(flush.commands.map((command, i) => [command, JSON.stringify(flush.drafts[i]!.result)]));
    const isOwn: IsOwn = (command, result) => drafted.get(command) === JSON.stringify(result);
    await this.startOver(uncertain, () => this.readAgain(uncertain, isOwn));
  }

  private async recover(flush: OpenFlush, error: unknown): Promise<void> {
    const failure = failureOf(error);
    const { commands } = flush;
    this.environment.observer.retried(failure, commands.length);
    if (failure === 'ambiguous') for (const command of commands) command.ambiguous = true;
    if (failure === 'defect' && commands.length === 1) {
      return this.startOver([], async () => this.fail(commands[0]!, error), flush);
    }
    if (failure === 'defect') this.commandsMax = Math.ceil(commands.length / 2);
    await this.startOver(
      commands,
      async () => {
        // After a lost race a retry can succeed at once. Other failures may repeat, so wait first.
        if (failure !== 'defect' && failure !== 'replay_or_race') await this.pause();
        if (failure === 'recorded_too_early') await this.catchUp();
        else if (failure !== 'defect' && failure !== 'unavailable') await this.readAgain(commands, () => false);
      },
      flush,
    );
  }

  /** Takes back what was decided ahead, does the work, and queues again, in order, whatever is not answered by then. */
  private async startOver(
    commands: readonly PendingCommand[],
    work: () => Promise<void>,
    flush?: OpenFlush,
  ): Promise<void> {
    this.recovering = true;
    const ahead = this.open;
    this.open = new OpenFlush();
    ahead.undo();
    flush?.undo();
    try {
      await work();
    } finally {
      const left = [...commands, ...ahead.commands, ...this.queue].filter(({ answered }) => !answered);
      // Send commands of rehomed wallets to their new queue; otherwise a local flush becomes a cross-region one. Commands that
      // waited for them may be pushed into this queue meanwhile.
      this.queue = [];
      const staying = left.filter((command) => !this.reroute(command, this));
      this.queue = [...staying, ...this.queue];
      this.recovering = false;
    }
  }

  /** Reads the database's time. If the database does not answer, the next flush is refused, and the time is read again. */
  private async catchUp(): Promise<void> {
    const { logClock, database } = this.environment;
    await logClock.catchUp(database).catch(() => undefined);
  }

  /** Reads wallets and keys again until the database answers, and answers what is answered there already. */
  private async readAgain(commands: readonly PendingCommand[], isOwn: IsOwn): Promise<void> {
    for (;;) {
      const waiting = commands.filter((command) => !command.answered);
      if (waiting.length === 0) return;
      try {
        return this.apply(waiting, await reconcile(this.environment, waiting), isOwn);
      } catch (error) {
        if (failureOf(error, 'read') === 'defect') return waiting.forEach((command) => this.fail(command, error));
        await this.pause();
        const now = this.environment.monotonic();
        for (const command of waiting) if (command.isOver(now)) this.giveUp(command);
      }
    }
  }

  private apply(commands: readonly PendingCommand[], { answers, moved }: Reconciled, isOwn: IsOwn): void {
    for (const command of commands) {
      const found = answers.get(command);
      if (found instanceof Error) this.fail(command, found);
      else if (found) {
        if (command.ambiguous) this.environment.observer.ambiguityEnded('had_committed');
        const replayed = !isOwn(command, found.result) && !command.ambiguous;
        this.answer(command, { ...found, replayed });
      } else if (command.wallets.some((wallet) => moved.has(wallet))) command.attempts++;
    }
    for (const wallet of moved) this.coolDown(wallet, commands);
  }

  /** Pauses the commands of wallets that lost a race. Other commands are sent again at once. */
  private coolDown(wallet: CachedWallet, commands: readonly PendingCommand[]): void {
    const losers = commands.filter(({ answered, wallets }) => !answered && wallets.includes(wallet));
    if (losers.length === 0) return;
    wallet.cooling = true;
    void this.environment.sleep(this.jitter(Math.max(...losers.map(({ attempts }) => attempts)))).then(() => {
      wallet.cooling = false;
      wallet.queue?.schedule();
    });
  }

  /** Longer after each failure in a row, up to a bound. */
  private pause(): Promise<void> {
    return this.environment.sleep(this.jitter(this.failures++));
  }

  private jitter(attempt: number): number {
    const { limits, random } = this.environment;
    return fullJitter({ attempt: attempt + 1, baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs, random });
  }

  /** An unopened wallet has no home region for an outcome. So this checks the database again, and answers without storing. */
  private async answerUnknownScope(command: PendingCommand, { result }: Draft): Promise<void> {
    const scope = command.wallets[0]!;
    if (scope.loadedAt < command.submittedAt) await this.loadScope(scope, command);
    if (command.answered) return;
    if (scope.head.wallet.status === 'absent') {
      return this.answer(command, { result: result as CommandResult, replayed: false });
    }
    if (!this.reroute(command, this)) this.enqueue(command);
  }

  /** Reads the scope until its state is known, or until an opening of it is decided in this process. */
  private async loadScope(scope: CachedWallet, command: PendingCommand): Promise<void> {
    const { database, monotonic } = this.environment;
    while (scope.head.wallet.status === 'absent' && !command.answered) {
      const loadedAt = monotonic();
      const { head } = scope;
      try {
        const found = (await loadWallets(database, [{ walletId: head.walletId, from: head }])).get(head.walletId)!;
        if (found instanceof Error) return this.fail(command, found);
        return refresh(scope, found, loadedAt);
      } catch (error) {
        if (failureOf(error, 'read') === 'defect') return this.fail(command, error);
        await this.pause();
        if (monotonic() > command.deadline) this.giveUp(command);
      }
    }
  }

  private giveUp(command: PendingCommand): void {
    if (command.ambiguous) this.environment.observer.ambiguityEnded('unknown');
    this.fail(
      command,
      command.ambiguous
        ? new OutcomeUnknown('the connection broke while the command was being written; the same key will tell')
        : new LogUnavailable('the log could not be written in time; nothing was written'),
    );
  }

  private answer(command: PendingCommand, outcome: CommandOutcome): void {
    this.leave(command);
    command.resolve(outcome);
  }

  private fail(command: PendingCommand, error: unknown): void {
    this.leave(command);
    command.reject(error);
  }

  private leave(command: PendingCommand): void {
    command.answered = true;
    this.members--;
    this.release(command);
  }
}

/** Whether an outcome that was found is the one that this queue has just stored. */
type IsOwn = (command: PendingCommand, result: CommandResult) => boolean;
