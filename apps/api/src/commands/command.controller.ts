import { Body, Controller, HttpCode, Inject, Post, Req, Res, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExecuteCommand } from '@tidemark/application/nest';
import type { CommandDefinition, JsonObject } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { commandIdentityOf } from '../http/request-headers.js';
import { Documented } from '../openapi/endpoint-docs.js';
import { answerOf } from './command-answer.js';
import { docsOf } from './command-docs.js';
import { CommandReader, isDryRun } from './command-reader.js';
import { bodySchemaOf, COMMAND_SCOPE, readingOf } from './command-schemas.js';

/** The Nest controller of a command that is declared with a route. */
export function commandController(definition: CommandDefinition): Type {
  const reading = readingOf(definition);

  @Controller()
  class CommandController {
    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(CommandReader) private readonly reader: CommandReader,
    ) {}

    @Post(definition.http!.path)
    @HttpCode(201)
    @Requires(COMMAND_SCOPE)
    @Documented(docsOf(definition))
    async execute(
      @Req() request: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
      @Body({ schema: bodySchemaOf(definition) as never }) body: JsonObject,
    ): Promise<object> {
      const identity = commandIdentityOf(request);
      const dryRun = isDryRun(request);
      const asked = this.reader.read(reading, body, request);
      const written = await this.commands.execute(
        new ExecuteCommand(asked instanceof Promise ? await asked : asked, identity, dryRun),
      );
      return answerOf(definition, written, reply, dryRun);
    }
  }
  Object.defineProperty(CommandController, 'name', { value: `${definition.type}Controller` });
  return CommandController;
}
