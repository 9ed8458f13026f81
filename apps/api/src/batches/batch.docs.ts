import { BATCH_COMMANDS_MAX } from '@tidemark/application';
import { docsOf } from '../commands/command-docs.js';
import type { EndpointDocs } from '../openapi/endpoint-docs.js';
import { commandQuery } from '../schemas/queries.js';
import { BATCH_COMMANDS, batchAnswer } from './batch-schemas.js';

const ofItems = new Set([...BATCH_COMMANDS.values()].flatMap(({ definition }) => docsOf(definition).problems));

export const executeBatch: EndpointDocs = {
  operationId: 'executeBatch',
  tag: 'Batches',
  summary: 'Execute several commands',
  description:
    `Up to ${BATCH_COMMANDS_MAX} commands under one idempotency key, which belongs to the wallet of the first one. With \`atomic\` all ` +
    'are decided together, each on what the ones before it left, and booked in one statement or not at all; a refusal says in ' +
    '`details.pointer` which command it is about. Otherwise each command is executed on its own and has its own result. All commands ' +
    'are checked before the first is booked. A repeat of the request gives the same results and books nothing twice.',
  once: 201,
  reads: { params: {}, query: commandQuery },
  servedAtHome: true,
  answer: {
    description: 'Each command has a result. Of an atomic batch all are done.',
    schema: batchAnswer,
    headers: ['Tidemark-Dry-Run'],
  },
  problems: [...ofItems],
};
