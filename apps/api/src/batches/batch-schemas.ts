import { BATCH_COMMANDS_MAX } from '@tidemark/application';
import { commandDefinitions, type CommandDefinition } from '@tidemark/wallet';
import { z } from 'zod';
import { batchItemReadingOf, batchItemSchemaOf, type CommandReading } from '../commands/command-schemas.js';
import { problemSchema } from '../problems/problem.schema.js';
import { position, touched } from '../schemas/answers.js';

/** A command as a batch has it. */
export interface BatchCommand {
  readonly definition: CommandDefinition;
  readonly reading: CommandReading;
}

/** Every command that has a route, by its name in a batch: `deposit`, `placeHold`, … */
export const BATCH_COMMANDS: ReadonlyMap<string, BatchCommand> = new Map(
  commandDefinitions()
    .filter(({ http }) => http)
    .map((definition) => [nameOf(definition), { definition, reading: batchItemReadingOf(definition) }]),
);

function nameOf({ type }: CommandDefinition): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

const items = [...BATCH_COMMANDS].map(([name, { definition }]) => batchItemSchemaOf(definition, name));

export const batchBody = z
  .strictObject({
    atomic: z.boolean().meta({ description: 'All or none, decided together. Otherwise each on its own.' }),
    commands: z
      .array(z.discriminatedUnion('type', items as never))
      .min(1)
      .max(BATCH_COMMANDS_MAX)
      .meta({ description: 'In the order in which they are decided.' }),
  })
  .meta({ id: 'Batch' });

export interface BatchBody {
  readonly atomic: boolean;
  readonly commands: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[];
}

const batchResult = z
  .object({
    status: z.number().int().meta({ description: 'Of the command, as for a request of its own.', example: 201 }),
    idempotencyKey: z.string().optional().meta({ description: 'Of the command, where each is executed on its own.' }),
    body: z
      .looseObject({})
      .optional()
      .meta({ description: 'What the command answers. Of an atomic batch: the ids that it was given.' }),
    problem: problemSchema.optional(),
  })
  .meta({
    id: 'BatchResult',
    description: 'What came of one command: `body` where it was accepted, `problem` otherwise.',
  });

export const batchAnswer = z
  .object({
    atomic: z.boolean(),
    results: z.array(batchResult).readonly().meta({ description: 'In the order of the commands.' }),
    position: position.optional(),
    wallets: touched.wallets.optional(),
  })
  .meta({ id: 'BatchAnswer' });
