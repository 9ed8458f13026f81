import type { Action } from '@tidemark/operations';
import { z } from 'zod';
import {
  certificateAnswer,
  operationAnswer,
  operationsAnswer,
  parkedAnswer,
  projectionAnswer,
  projectionsAnswer,
} from '../operations/projections.answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

const status = z.object({ status: z.string() }).meta({ id: 'Health' });

export const live: EndpointDocs = {
  operationId: 'checkLiveness',
  tag: 'Operations',
  summary: 'Whether the process lives',
  answer: { description: 'It does.', schema: status },
  problems: [],
};

export const ready: EndpointDocs = {
  operationId: 'checkReadiness',
  tag: 'Operations',
  summary: 'Whether requests can be served',
  answer: { description: 'They can.', schema: status },
  problems: ['not_ready'],
};

export const metrics: EndpointDocs = {
  operationId: 'readMetrics',
  tag: 'Operations',
  summary: 'Metrics for Prometheus',
  answer: { description: 'All of them.', texts: { 'text/plain': '# HELP …' } },
  problems: [],
};

export const projections: EndpointDocs = {
  operationId: 'listProjections',
  tag: 'Operations',
  summary: 'All projections',
  description: 'Their builds, how far these are behind the log, and which worker follows which shard.',
  answer: { description: 'All of them.', schema: projectionsAnswer },
  problems: [],
};

export const projection: EndpointDocs = {
  operationId: 'readProjection',
  tag: 'Operations',
  summary: 'One projection',
  answer: { description: 'Its builds, and how far the live one is in each shard.', schema: projectionAnswer },
  problems: ['projection_not_found'],
};

export const parked: EndpointDocs = {
  operationId: 'listParkedWallets',
  tag: 'Operations',
  summary: 'The parked wallets of a projection',
  description: 'An event could not be applied to them. Their balances are still served, from the log.',
  answer: { description: 'By build, region and wallet.', schema: parkedAnswer },
  problems: ['projection_not_found'],
};

export const certificate: EndpointDocs = {
  operationId: 'readCertificate',
  tag: 'Operations',
  summary: 'The certificate of a build',
  description: 'What was built from which part of the log. `tidemark doctor --certificate FILE` checks it again.',
  answer: { description: 'As it was written when the build was complete.', schema: certificateAnswer },
  problems: ['projection_not_found', 'generation_not_found', 'certificate_not_found'],
};

export const operations: EndpointDocs = {
  operationId: 'listOperations',
  tag: 'Operations',
  summary: 'The audit record of projections',
  description: 'What operators asked of them, over HTTP and with `tidemark projections`, the newest first.',
  answer: { description: 'A page of them.', schema: operationsAnswer },
  problems: ['projection_not_found', 'invalid_cursor'],
};

export const operation: EndpointDocs = {
  operationId: 'readOperation',
  tag: 'Operations',
  summary: 'One operation on a projection',
  answer: { description: 'How far it is, or what came of it.', schema: operationAnswer },
  problems: ['operation_not_found'],
};

const ACTION_WORDS: Record<Action, readonly [summary: string, description: string]> = {
  rebuild: [
    'Rebuild a projection',
    'Builds it again from the log beside the live build, catches up, and verifies every wallet. Readers see nothing of ' +
      'it before a swap. With `walletId` that wallet is built again in place.',
  ],
  verify: ['Verify a build', 'Compares every wallet of a build, and of the live one, with the log.'],
  diff: ['Show what a rebuild would change', 'Folds the log with the code of the worker. Nothing is stored.'],
  swap: [
    'Point readers to a build',
    'To a verified one, in one transaction. Fails while there are differences that are neither explained nor accepted.',
  ],
  rollback: ['Point readers back', 'To the build before the last swap, which was followed all the time.'],
  drop: ['Remove a build', 'One that readers do not see, its rows in short transactions.'],
  retry: ['Try parked wallets again', 'After whatever was wrong with them is mended.'],
};

/** Of an endpoint that asks for an action. */
export function askedFor(action: Action): EndpointDocs {
  const [summary, description] = ACTION_WORDS[action];
  return {
    operationId: action === 'retry' ? 'retryParkedWallets' : `${action}Projection`,
    ...{ tag: 'Operations', summary, description, once: 202 },
    answer: {
      description: 'Recorded: a worker carries it out. `Location` tells how far it is.',
      schema: operationAnswer,
      headers: ['Location'],
    },
    problems: ['projection_not_found', 'if_match_unsupported'],
  };
}
