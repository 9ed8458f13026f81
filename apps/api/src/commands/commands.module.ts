import { Module } from '@nestjs/common';
import { commandDefinitions } from '@tidemark/wallet';
import { commandController } from './command.controller.js';
import { CommandReader } from './command-reader.js';

/** A controller for each command that the capabilities declare with a route. */
export const COMMAND_CONTROLLERS = commandDefinitions()
  .filter(({ http }) => http)
  .map(commandController);

/** Every command over HTTP. */
@Module({ controllers: COMMAND_CONTROLLERS, providers: [CommandReader], exports: [CommandReader] })
export class CommandsModule {}
