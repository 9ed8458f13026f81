import { Body, Controller, HttpCode, Inject, Param, Post, Query, Req, Res, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExecuteCommand } from '@tidemark/application/nest';
import type { CommandDefinition, JsonObject } from '@tidemark/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../http/authentication.js';
import { commandIdentityOf } from '../http/request-headers.js';
import { Documented } from '../openapi/endpoint-docs.js';
import { commandQuery, type CommandQuery } from '../schemas/queries.js';
import { answerOf } from './command-answer.js';
import { docsOf } from './command-docs.js';
import { CommandReader } from './command-reader.js';
import { bodySchemaOf, paramsOf, readingOf } from './command-schemas.js';

/** The Nest controller of a command that is declared with a route. */
export function commandController(definition: CommandDefinition): Type {
  const params = paramsOf(definition);
  const reading = readingOf(definition);
  const names = Object.keys(params);

  @Controller()
  class CommandController {
    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(CommandReader) private readonly reader: CommandReader,
    ) {}

    @Post(definition.http!.path)
    @HttpCode(201)
    @Requires('write')
    @Documented(docsOf(definition))
    async execute(
      @Req() request: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
      @Body({ schema: bodySchemaOf(definition) as never }) body: JsonObject,
      @Query({ schema: commandQuery }) query: CommandQuery,
      ...path: string[]
    ): Promise<object> {
      const identity = commandIdentityOf(request);
      const values = Object.fromEntries(names.map((name, i) => [name, path[i]!]));
      const asked = await this.reader.read(reading, values, body, request);
      const dryRun = query.dryRun === 'true';
      const written = await this.commands.execute(new ExecuteCommand(asked, identity, dryRun));
      return answerOf(definition, written, reply, dryRun);
    }
  }
  // A decorator of its own for each part of the path: how many there are follows from the declaration.
  names.forEach((name, i) => {
    Param(name, { schema: params[name] as never })(CommandController.prototype, 'execute', FIRST_OF_PATH + i);
  });
  Object.defineProperty(CommandController, 'name', { value: `${definition.type}Controller` });
  return CommandController;
}

/** After request, reply, body and query. */
const FIRST_OF_PATH = 4;
