import { commandDefinition, homeAfter, initialState, openingsIn, walletsOf, type FactAddress } from '@tidemark/wallet';
import { BatchedReads } from './batched-reads.js';
import type { CommandRequest, CommandStrategy } from './command-request.js';
import { absentHead, openedIn, type WalletHead } from './draft.js';
import type { WriteEnvironment } from './environment.js';
import { FlushQueue } from './flush-queue.js';
import { LogUnavailable, type CommandOutcome } from './outcome.js';
import { deduplicationKeyOf, PendingCommand, type CachedWallet } from './pending-command.js';
import { QueueRoom } from './queue-room.js';
import { readFacts, type StoredFact } from './stored-facts.js';
import { WalletCache } from './wallet-cache.js';
import { loadWallets } from './wallet-loader.js';

/** Which commands may share a flush. */
type QueueNameOf = (command: PendingCommand) => string;

/**
 * The default. Commands of one region share flushes. Openings and transfers across regions have separate flushes, so that a
 * local flush never waits for another region.
 */
export function groupedStrategy(environment: WriteEnvironment): CommandStrategy {
  return new QueuedStrategy(environment, queueByRegion);
}

/** The same writer with one command in each statement: each wallet has its own queue. */
export function optimisticStrategy(environment: WriteEnvironment): CommandStrategy {
  const limits = { ...environment.limits, flushCommandsMax: 1 };
  return new QueuedStrategy({ ...environment, limits }, ({ scope }) => scope);
}

function queueByRegion({ request, wallets, deduplicationKey }: PendingCommand): string {
  if (request.command.type === 'Batch') {
    // Openings change the directory, which all regions share.
    return openingsIn(request.command).length > 0 ? `openings in ${regionsOf(wallets)}` : regionsOf(wallets);
  }
  const { opens, alone } = commandDefinition(request.command.type);
  if (opens) return `openings in ${homeAfter(request.command)}`;
  // Its statement changes the directory and copies outcomes. The next command of that wallet has to see both.
  if (alone) return `alone ${deduplicationKey}`;
  if (wallets.length === 1) return wallets[0]!.head.region;
  return regionsOf(wallets);
}

function regionsOf(wallets: readonly CachedWallet[]): string {
  const regions = new Set(wallets.map(({ head }) => head.region).filter((region) => region !== ''));
  return [...regions].sort().join(' and ');
}

class QueuedStrategy implements CommandStrategy {
  private readonly pending = new Map<string, PendingCommand>();
  private readonly queues = new Map<string, FlushQueue>();
  private readonly cache: WalletCache;
  private readonly room: QueueRoom;
  private readonly missing: BatchedReads<string, WalletHead>;
  private readonly facts: BatchedReads<FactAddress, StoredFact>;
  private closed = false;

  constructor(
    private readonly environment: WriteEnvironment,
    private readonly queueNameOf: QueueNameOf,
  ) {
    this.cache = new WalletCache(environment.limits);
    this.room = new QueueRoom(environment.limits);
    const { database, limits } = environment;
    this.missing = new BatchedReads(environment, limits.loadMax, (walletIds: readonly string[]) =>
      loadWallets(
        database,
        walletIds.map((walletId) => ({ walletId })),
      ),
    );
    this.facts = new BatchedReads(environment, limits.factsMax, (addresses: readonly FactAddress[]) =>
      readFacts(database, addresses),
    );
  }

  execute(request: CommandRequest): Promise<CommandOutcome> {
    const deduplicationKey = deduplicationKeyOf(request);
    const same = this.pending.get(deduplicationKey);
    const submittedAt = this.environment.monotonic();
    if (same) return this.beside(same, request, deduplicationKey, submittedAt);
    return this.submit(request, deduplicationKey, submittedAt);
  }

  /** Executes a command whose idempotency key is in use now. */
  private async beside(same: PendingCommand, request: CommandRequest, deduplicationKey: string, submittedAt: number) {
    for (let other: PendingCommand | undefined = same; other; other = this.pending.get(deduplicationKey)) {
      if (other.request.requestHash === request.requestHash) return { ...(await other.outcome), replayed: true };
      this.refuseWhenClosed();
      this.room.enter(request.command);
      await this.untilAnswered(other);
      this.room.leave(request.command);
    }
    return this.submit(request, deduplicationKey, submittedAt);
  }

  private submit(request: CommandRequest, deduplicationKey: string, submittedAt: number): Promise<CommandOutcome> {
    try {
      this.refuseWhenClosed();
      this.room.enter(request.command);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const deadline = submittedAt + this.environment.limits.commandDeadlineMs;
    const command = new PendingCommand(request, deduplicationKey, submittedAt, deadline);
    this.pending.set(deduplicationKey, command);
    const known = command.walletIds.map((walletId) => this.cache.find(walletId));
    if (known.every((wallet) => wallet !== undefined)) this.dispatch(command, known);
    else {
      const unknown = command.walletIds.filter((_, i) => !known[i]);
      void this.load(command, unknown);
    }
    return command.outcome;
  }

  private refuseWhenClosed(): void {
    if (this.closed) throw new LogUnavailable('the service is shutting down; nothing was written');
  }

  executeInOrder(requests: readonly CommandRequest[]): readonly Promise<CommandOutcome>[] {
    // With its wallets in memory a command takes its place in their queues at once.
    const started = this.loadAhead(requests).then(() => requests.map((request) => this.execute(request)));
    return requests.map((_, i) => started.then((outcomes) => outcomes[i]!));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([...this.pending.values()].map(({ outcome }) => outcome));
  }

  /**
   * Waits until another request under the same key is answered. One of the two misuses the key. Only the stored outcome shows which
   * one: the waiting request may repeat a request that was answered long ago.
   */
  private async untilAnswered({ outcome }: PendingCommand): Promise<void> {
    await outcome.then(
      () => undefined,
      () => undefined,
    );
  }

  /** Reads the wallets of some commands that are not in memory. A command whose wallet cannot be read finds out by itself. */
  private async loadAhead(requests: readonly CommandRequest[]): Promise<void> {
    const walletIds = new Set(requests.flatMap(({ command }) => walletsOf(command)));
    const unknown = [...walletIds].filter((walletId) => !this.cache.find(walletId));
    const loadedAt = this.environment.monotonic();
    const deadline = loadedAt + this.environment.limits.commandDeadlineMs;
    const loaded = await Promise.allSettled(unknown.map((walletId) => this.missing.one(walletId, walletId, deadline)));
    for (const each of loaded) if (each.status === 'fulfilled') this.cache.offer(each.value, loadedAt);
  }

  private async load(command: PendingCommand, unknown: readonly string[]): Promise<void> {
    try {
      const loadedAt = this.environment.monotonic();
      const loaded = await Promise.all(
        unknown.map((walletId) => this.missing.one(walletId, walletId, command.deadline)),
      );
      for (const head of loaded) this.cache.offer(head, loadedAt);
      this.dispatch(command, this.inMemory(command));
    } catch (error) {
      this.forget(command);
      command.answered = true;
      command.reject(error);
    }
  }

  /** Starts the command, unless one of its wallets is in another queue or others wait for it. */
  private dispatch(command: PendingCommand, wallets: readonly CachedWallet[]): void {
    const { request } = command;
    command.wallets = wallets;
    for (const wallet of command.wallets) {
      if (wallet.head.wallet.status === 'absent') {
        const home = openedIn(request.command, wallet.head.walletId);
        if (home !== '') wallet.head = { ...wallet.head, region: home };
      }
      this.cache.pin(wallet);
      wallet.waiters.push(command);
    }
    this.startIfFree(command);
  }

  /** A wallet can only be evicted between its load and this call if a whole cache of other wallets was used meanwhile. */
  private inMemory({ walletIds }: PendingCommand): readonly CachedWallet[] {
    return walletIds.map(
      (walletId) => this.cache.find(walletId) ?? this.cache.offer(absentHead(walletId, '', initialState), 0),
    );
  }

  private startIfFree(command: PendingCommand): boolean {
    const name = this.queueNameOf(command);
    const queue = this.queues.get(name) ?? this.newQueue(name);
    const free = command.wallets.every(
      (wallet) => wallet.waiters[0] === command && (wallet.queue === undefined || wallet.queue === queue),
    );
    if (!free) return false;
    this.queues.set(name, queue);
    for (const wallet of command.wallets) {
      wallet.waiters.shift();
      wallet.queue = queue;
      wallet.users++;
    }
    queue.push(command);
    return true;
  }

  private newQueue(name: string): FlushQueue {
    return new FlushQueue(
      name,
      this.environment,
      this.facts,
      (answered) => this.release(answered),
      (command, from) => this.reroute(command, from),
    );
  }

  private reroute(command: PendingCommand, from: FlushQueue): boolean {
    if (this.queueNameOf(command) === from.name) return false;
    from.forget();
    this.leave(command);
    this.dispatch(command, this.inMemory(command));
    return true;
  }

  private release(command: PendingCommand): void {
    this.forget(command);
    this.leave(command);
  }

  private forget(command: PendingCommand): void {
    this.pending.delete(command.deduplicationKey);
    this.room.leave(command.request.command);
  }

  /** Releases the command's wallets, and starts commands that waited for them. */
  private leave(command: PendingCommand): void {
    const { queue } = command.wallets[0]!;
    if (queue?.idle) this.queues.delete(queue.name);
    for (const wallet of command.wallets) if (--wallet.users === 0) wallet.queue = undefined;
    this.wake(command.wallets);
    for (const wallet of command.wallets) {
      if (wallet.users === 0 && wallet.waiters.length === 0) this.cache.unpin(wallet);
    }
  }

  /** Starts the commands that can start now. Each start may allow the next commands of its other wallets to start. */
  private wake(wallets: readonly CachedWallet[]): void {
    const toLookAt = [...wallets];
    for (let wallet = toLookAt.pop(); wallet; wallet = toLookAt.pop()) {
      const [next] = wallet.waiters;
      if (next && this.startIfFree(next)) toLookAt.push(...next.wallets);
    }
  }
}
