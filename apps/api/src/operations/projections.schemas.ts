import { whyNotRebuilt } from '@tidemark/following';
import { type Action, ARGUMENTS } from '@tidemark/operations';
import { ALL_PROJECTIONS, projectionNamed } from '@tidemark/projections';
import { z } from 'zod';
import { regionName, walletIdText as walletId } from '@tidemark/wallet';
import { Problem } from '../problems/problem.js';
import { page } from '../schemas/queries.js';

export const projectionName = z.string().meta({ description: 'Of a projection.', example: 'balances' });

/** @throws Problem `projection_not_found` */
export function requireProjection(name: string): void {
  if (projectionNamed(name)) return;
  throw new Problem(
    'projection_not_found',
    whyNotRebuilt(name) ?? `the projections are ${ALL_PROJECTIONS.map((each) => each.name).join(', ')}`,
  );
}

export const operationId = z.string().meta({ description: 'Of an operation.', format: 'uuid' });

export const generation = ARGUMENTS.drop.shape.generation.meta({
  description: 'The number of a build of the projection, as a string.',
  example: '2',
});

const thisWallet = (description: string) => walletId.meta({ description }).optional();
const thisRegion = (description: string) => regionName.optional().meta({ description, example: 'local' });
const ofGeneration = {
  generation: generation.optional().meta({
    description: 'Of the build; the newest beside the live one when left out.',
    example: '2',
  }),
};
const accept = {
  accept: ARGUMENTS.swap.shape.accept.meta({
    description:
      'Wallets whose unexplained differences may pass, `sums` for those of sums, or `["all"]`. Beside a swap only. The audit ' +
      'record keeps what was let pass.',
    example: ['alice'],
  }),
};

/** What is asked with each action: `ARGUMENTS`, as a caller has to write them. A body that is left out is empty. */
export const operationBodies = {
  rebuild: ARGUMENTS.rebuild
    .safeExtend({
      walletId: thisWallet('This wallet alone, in place. When left out: everything, beside the live build.'),
      region: thisRegion('This region alone, beside what its readers see. Not together with `walletId`.'),
      swap: z.boolean().optional().meta({
        description: 'Point readers to it as soon as it is verified. Not together with `walletId`.',
      }),
      ...accept,
      latencyRatioMax: ARGUMENTS.rebuild.shape.latencyRatioMax.meta({
        description:
          'How many times as slow other writes may become; 0: as fast as possible. By default 1.5. Not together with `walletId`.',
        example: 1.5,
      }),
    })
    .default({}),
  verify: ARGUMENTS.verify.extend(ofGeneration).default({}),
  diff: ARGUMENTS.diff.extend({ region: thisRegion('This region alone; all when left out.') }).default({}),
  swap: ARGUMENTS.swap.extend({ ...ofGeneration, ...accept }).default({}),
  rollback: ARGUMENTS.rollback.default({}),
  drop: ARGUMENTS.drop.extend({ generation }),
  retry: ARGUMENTS.retry
    .extend({ walletId: thisWallet('This wallet alone; all that are parked when left out.') })
    .default({}),
} satisfies Record<Action, z.ZodType>;

export const parkedQuery = z.strictObject({ limit: page.limit });
export const operationsQuery = z.strictObject({
  ...page,
  projection: projectionName.optional().meta({ description: 'Only what was asked of this one.' }),
});

export type BodyOf<A extends Action> = z.infer<(typeof operationBodies)[A]>;
export type ParkedQuery = z.infer<typeof parkedQuery>;
export type OperationsQuery = z.infer<typeof operationsQuery>;
