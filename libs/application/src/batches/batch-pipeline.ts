import type { CommandOutcome, CommandRequest } from '@tidemark/event-store';
import { commandDefinition, factsOf, scopeOf, type Batch, type SingleCommand } from '@tidemark/wallet';
import type { CommandIdentity } from '../commands/command-identity.js';
import type { CommandPipeline } from '../commands/command-pipeline.js';
import { requestsOf, type AskedBatch } from './batch-requests.js';

type ItemRequest = CommandRequest & { readonly command: SingleCommand };

/** What came of one command: its outcome, or why there is none (what `EventStore.execute` throws). */
export interface BatchItem {
  readonly command: SingleCommand;
  /** The key that the command was executed under. */
  readonly idempotencyKey: string;
  readonly outcome: CommandOutcome | Error;
}

/** What came of commands that were decided together. */
export interface AtomicBatch {
  readonly items: readonly Omit<BatchItem, 'outcome'>[];
  readonly outcome: CommandOutcome;
}

/** Several commands of one request, under one idempotency key. */
export class BatchPipeline {
  constructor(private readonly pipeline: CommandPipeline) {}

  /**
   * Has each command decided and written on its own. The first one goes alone: its outcome is stored under the batch's key and covers the
   * whole request, so that another request under the same key is refused before any other command is executed. Commands that share a wallet
   * are decided in their order.
   *
   * @returns by command: what came of it
   * @throws whatever `EventStore.execute` throws for the first command; then no other has been executed
   */
  async writeEach(batch: AskedBatch, identity: CommandIdentity): Promise<readonly BatchItem[]> {
    const requests = this.requestsOf(batch, identity);
    const items: BatchItem[] = [];
    // Nothing is kept for a wallet that was never opened (ADR 5): then the next command has to find out.
    while (items.length < requests.length && !items.some(isKept)) {
      const [item] = await this.execute([requests[items.length]!]);
      if (items.length === 0 && item!.outcome instanceof Error) throw item!.outcome;
      items.push(item!);
    }
    for (const run of runsOf(requests.slice(items.length))) items.push(...(await this.execute(run)));
    return items;
  }

  /** As `writeEach` would, and writes nothing. @throws IdempotencyKeyReused of the first; whatever the database says */
  async tryEach(batch: AskedBatch, identity: CommandIdentity): Promise<readonly BatchItem[]> {
    const requests = await Promise.all(this.requestsOf(batch, identity).map((request) => this.withFound(request)));
    const outcomes = await this.pipeline.try(requests);
    if (outcomes[0] instanceof Error) throw outcomes[0];
    return requests.map((request, i) => itemOf(request, outcomes[i]!));
  }

  /**
   * Has all commands decided together, each on what the ones before it left, and written in one statement or not at all.
   *
   * @throws whatever `EventStore.execute` throws
   */
  async writeAll(batch: AskedBatch, identity: CommandIdentity): Promise<AtomicBatch> {
    const { request, items } = await this.together(batch, identity);
    const [settled] = await this.pipeline.execute([request]);
    if (settled!.status === 'rejected') throw settled!.reason;
    return { items, outcome: settled!.value };
  }

  /** As `writeAll` would, and writes nothing. @throws IdempotencyKeyReused; whatever the database says */
  async tryAll(batch: AskedBatch, identity: CommandIdentity): Promise<AtomicBatch> {
    const { request, items } = await this.together(batch, identity);
    const [outcome] = await this.pipeline.try([request]);
    if (outcome instanceof Error) throw outcome;
    return { items, outcome: outcome! };
  }

  private async together(batch: AskedBatch, identity: CommandIdentity) {
    const requests = await Promise.all(this.requestsOf(batch, identity).map((request) => this.withFound(request)));
    const commands = requests.map(({ command }) => command) as unknown as Batch['commands'];
    const request: CommandRequest = { ...requests[0]!, command: { type: 'Batch', commands } };
    return { request, items: requests.map(({ command, idempotencyKey }) => ({ command, idempotencyKey })) };
  }

  private requestsOf(batch: AskedBatch, identity: CommandIdentity): readonly ItemRequest[] {
    return requestsOf(batch, identity, (asked, of) => this.pipeline.completed(asked, of));
  }

  private async withFound(request: ItemRequest): Promise<ItemRequest> {
    return { ...request, command: await this.pipeline.withFound(request.command) };
  }

  private async execute(requests: readonly ItemRequest[]): Promise<BatchItem[]> {
    const ready = await Promise.all(requests.map((request) => this.withFound(request)));
    const settled = await this.pipeline.execute(ready);
    return settled.map((one, i) => itemOf(ready[i]!, one.status === 'fulfilled' ? one.value : (one.reason as Error)));
  }
}

function itemOf({ command, idempotencyKey }: ItemRequest, outcome: CommandOutcome | Error): BatchItem {
  return { command, idempotencyKey, outcome };
}

/** Whether a repeat gets the same outcome. What a wallet that was never opened is told is not kept (ADR 5). */
export function isKept({ command, outcome }: BatchItem): boolean {
  if (outcome instanceof Error || outcome.result.kind === 'accepted') return true;
  const { code, details } = outcome.result;
  return code !== 'wallet_not_found' || details['walletId'] !== scopeOf(command);
}

/**
 * The commands in runs, one after the other. What a command has to know besides its wallets is read while others go on. So a command that
 * needs facts or a booked movement waits for the commands before it, and those after it wait for it. Such commands share a run while their
 * wallets differ.
 */
function runsOf(requests: readonly ItemRequest[]): readonly (readonly ItemRequest[])[] {
  const runs: { readonly waits: boolean; readonly scopes: Set<string>; readonly requests: ItemRequest[] }[] = [];
  for (const request of requests) {
    const { about } = commandDefinition(request.command.type);
    const waits = about !== undefined || factsOf(request.command).length > 0;
    const scope = scopeOf(request.command);
    const last = runs.at(-1);
    if (!last || last.waits !== waits || (waits && last.scopes.has(scope))) {
      runs.push({ waits, scopes: new Set([scope]), requests: [request] });
    } else {
      last.scopes.add(scope);
      last.requests.push(request);
    }
  }
  return runs.map((run) => run.requests);
}
