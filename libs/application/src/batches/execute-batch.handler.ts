import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandIdentity } from '../commands/command-identity.js';
import { CommandPipeline } from '../commands/command-pipeline.js';
import { BatchPipeline, type AtomicBatch, type BatchItem } from './batch-pipeline.js';
import type { AskedBatch } from './batch-requests.js';

/** Several commands of one request: what came of each, or of all together. */
export class ExecuteBatch extends Command<readonly BatchItem[] | AtomicBatch> {
  constructor(
    readonly batch: AskedBatch,
    readonly identity: CommandIdentity,
    /** Decided, and nothing written. */
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(ExecuteBatch)
export class ExecuteBatchHandler implements ICommandHandler<ExecuteBatch> {
  private readonly batches: BatchPipeline;

  constructor(@Inject(CommandPipeline) pipeline: CommandPipeline) {
    this.batches = new BatchPipeline(pipeline);
  }

  execute({ batch, identity, dryRun }: ExecuteBatch): Promise<readonly BatchItem[] | AtomicBatch> {
    if (batch.atomic) return dryRun ? this.batches.tryAll(batch, identity) : this.batches.writeAll(batch, identity);
    return dryRun ? this.batches.tryEach(batch, identity) : this.batches.writeEach(batch, identity);
  }
}
