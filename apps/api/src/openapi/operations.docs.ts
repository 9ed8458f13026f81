import type { Action } from '@tidemark/projections';
import { z } from 'zod';
import {
  certificateAnswer,
  operationAnswer,
  operationsAnswer,
  parkedAnswer,
  projectionAnswer,
  projectionsAnswer,
} from '../operations/projections.answers.js';
import type { EndpointDocs } from './documented.js';

const status = z.object({ status: z.string() });

export const live: EndpointDocs = {
  tag: 'Operations',
  summary: 'Whether the process lives',
  answer: { description: 'It does.', schema: status },
  open: true,
  problems: [],
};

export const ready: EndpointDocs = {
  tag: 'Operations',
  summary: 'Whether requests can be served',
  answer: { description: 'They can.', schema: status },
  open: true,
  problems: ['not_ready'],
};

export const metrics: EndpointDocs = {
  tag: 'Operations',
  summary: 'Metrics for Prometheus',
  open: true,
  problems: [],
};

export const projections: EndpointDocs = {
  tag: 'Operations',
  summary: 'All projections',
  description: 'Their builds, how far these are behind the log, and which worker follows which shard.',
  answer: { description: 'All of them.', schema: projectionsAnswer },
  problems: ['database_unavailable'],
};

export const projection: EndpointDocs = {
  tag: 'Operations',
  summary: 'One projection',
  answer: { description: 'Its builds, and how far the live one is in each shard.', schema: projectionAnswer },
  problems: ['projection_not_found', 'database_unavailable'],
};

export const parked: EndpointDocs = {
  tag: 'Operations',
  summary: 'The parked wallets of a projection',
  description: 'An event could not be applied to them. Their balances are still served, from the log.',
  answer: { description: 'By build, region and wallet.', schema: parkedAnswer },
  problems: ['projection_not_found', 'database_unavailable'],
};

export const certificate: EndpointDocs = {
  tag: 'Operations',
  summary: 'The certificate of a build',
  description: 'What was built from which part of the log. `tidemark doctor --certificate FILE` checks it again.',
  answer: { description: 'As it was written when the build was complete.', schema: certificateAnswer },
  problems: ['projection_not_found', 'generation_not_found', 'certificate_not_found', 'database_unavailable'],
};

export const operations: EndpointDocs = {
  tag: 'Operations',
  summary: 'The audit record of projections',
  description: 'What operators asked of them, over HTTP and with `tidemark projections`, the newest first.',
  answer: { description: 'A page of them.', schema: operationsAnswer },
  problems: ['projection_not_found', 'invalid_cursor', 'database_unavailable'],
};

export const operation: EndpointDocs = {
  tag: 'Operations',
  summary: 'One operation on a projection',
  answer: { description: 'How far it is, or what came of it.', schema: operationAnswer },
  problems: ['operation_not_found', 'database_unavailable'],
};

const ACTION_WORDS: Record<Action, readonly [summary: string, description: string]> = {
  rebuild: [
    'Rebuild a projection',
    'Builds it again from the log beside the live build, catches up, and verifies every wallet. Readers see nothing of ' +
      'it before a swap. With `walletId` that wallet is built again in place.',
  ],
  verify: ['Verify a build', 'Compares every wallet of a build, and of the live one, with the log.'],
  diff: ['Say what a rebuild would change', 'Folds the log with the code of the worker. Nothing is stored.'],
  swap: [
    'Point readers to a build',
    'To a verified one, in one transaction. Fails while there are differences that are neither explained nor accepted.',
  ],
  rollback: ['Point readers back', 'To the build before the last swap, which was followed all the time.'],
  drop: ['Remove a build', 'One that readers do not see, its rows in short transactions.'],
  retry: ['Try parked wallets again', 'After whatever was wrong with them is mended.'],
};

const OF_EVERY_REQUEST = [
  'projection_not_found',
  'malformed_json',
  'idempotency_key_missing',
  'idempotency_key_malformed',
  'idempotency_key_reused',
  'if_match_unsupported',
  'body_too_large',
  'unsupported_media_type',
  'queue_full',
  'database_unavailable',
] as const;

/** Of an endpoint that asks for an action; its answers are said where it is. */
export function askedFor(action: Action): EndpointDocs {
  const [summary, description] = ACTION_WORDS[action];
  return { tag: 'Operations', summary, description, problems: OF_EVERY_REQUEST };
}
