import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IdempotencyKeyReused, QueueFull } from '@tidemark/event-store';
import {
  type Action,
  countOpenOperations,
  findOperation,
  type Operation,
  requestOperation,
} from '@tidemark/operations';
import type { CommandIdentity } from '../commands/command-identity.js';
import { ReadModel } from '../read-model/read-model.js';
import { operationIdOf } from './operation-id.js';

/** An operation that was asked for, and whether this request was a repeat of the one that did. */
export interface RequestedOperation {
  readonly operation: Operation;
  readonly replayed: boolean;
}

/** Asks the workers for an operation on a projection. */
export class RequestOperationCommand extends Command<RequestedOperation> {
  /** @param asked `projection` must be one that exists, `arguments` as `ARGUMENTS` reads them */
  constructor(
    readonly asked: { readonly action: Action; readonly projection: string; readonly arguments: object },
    readonly identity: CommandIdentity,
  ) {
    super();
  }
}

/** Unfinished operations, at most. Operators request a few per day; this many mean a script in a loop, or no worker. */
const OPEN_MAX = 100;

@CommandHandler(RequestOperationCommand)
export class RequestOperationHandler implements ICommandHandler<RequestOperationCommand> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  /**
   * @throws IdempotencyKeyReused when the key asked for the same of the same projection with other arguments; QueueFull
   *   when too many wait for a worker
   */
  async execute({ asked, identity }: RequestOperationCommand): Promise<RequestedOperation> {
    const { caller, idempotencyKey } = identity;
    const operationId = operationIdOf({ caller, idempotencyKey, ...asked });
    const { database } = this.readModel;
    const before = await this.readModel.retrying(() => findOperation(database, operationId));
    const operation = before ?? (await this.record({ operationId, requestedBy: `api:${caller}`, ...asked }));
    if (JSON.stringify(operation.arguments) !== JSON.stringify(asked.arguments)) {
      throw new IdempotencyKeyReused(`idempotency key ${idempotencyKey} is in use for another request`);
    }
    return { operation, replayed: before !== undefined };
  }

  /** The id is the key, so the request may be sent again until it is known to stand. */
  private record(request: Parameters<typeof requestOperation>[1]): Promise<Operation> {
    const { database } = this.readModel;
    return this.readModel.retrying(async () => {
      const open = await countOpenOperations(database);
      if (open >= OPEN_MAX) throw new QueueFull(`${open} operations are waiting: is a worker running?`);
      return requestOperation(database, request);
    });
  }
}
