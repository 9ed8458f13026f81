import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { AskedBatch, AskedCommand } from '@tidemark/application';
import { ExecuteBatch } from '@tidemark/application/nest';
import { fitsIntoBatch, type JsonObject } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { commandIdentityOf, refuseIfMatch } from '../http/request-headers.js';
import { CommandReader, isDryRun } from '../commands/command-reader.js';
import { COMMAND_SCOPE } from '../commands/command-schemas.js';
import { Documented } from '../openapi/endpoint-docs.js';
import { inputProblem } from '../problems/input-problem.js';
import { atomicAnswerOf, eachAnswerOf } from './batch-answer.js';
import { BATCH_COMMANDS, batchBody, type BatchBody } from './batch-schemas.js';
import { executeBatch } from './batch.docs.js';

/** Several commands in one request. */
@Controller('v1/batches')
export class BatchController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(CommandReader) private readonly reader: CommandReader,
  ) {}

  /** The scope is that of every command, so it is checked for each before anything is read. */
  @Post()
  @HttpCode(201)
  @Requires(COMMAND_SCOPE)
  @Documented(executeBatch)
  async execute(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: batchBody as never }) body: BatchBody,
  ): Promise<object> {
    const identity = commandIdentityOf(request);
    refuseIfMatch(request);
    const dryRun = isDryRun(request);
    const batch = await this.read(body);
    const done = await this.commands.execute(new ExecuteBatch(batch, identity, dryRun));
    return 'outcome' in done ? atomicAnswerOf(done, reply, dryRun) : eachAnswerOf(done, reply, dryRun);
  }

  private async read({ atomic, commands }: BatchBody): Promise<AskedBatch> {
    const asked: AskedCommand[] = [];
    for (const [i, item] of commands.entries()) {
      const { definition, reading } = BATCH_COMMANDS.get(item.type)!;
      if (atomic && !fitsIntoBatch(definition)) {
        const message = `must not be ${item.type} in an atomic batch: it has to be a request of its own`;
        throw inputProblem('body', [{ path: `commands.${i}.type`, message }]);
      }
      asked.push(await this.reader.readItem(reading, item as JsonObject, `commands.${i}.`));
    }
    return { atomic, commands: asked as unknown as AskedBatch['commands'] }; // the schema wants one at least
  }
}
