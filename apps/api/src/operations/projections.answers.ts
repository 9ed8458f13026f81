import { ACTIONS, type Operation, type ProjectionStatus, type Status } from '@tidemark/operations';
import { z } from 'zod';
import { instant, nextCursor } from '../schemas/answers.js';

const projection = z.string().meta({ example: 'balances' });
const generation = z.string().meta({ description: 'The number of a build.', example: '2' });
const region = z.string().meta({ example: 'local' });
const count = (description: string) => z.number().int().min(0).meta({ description, example: 0 });

const lag = z
  .object({
    events: count('Events that are not applied yet, as far as they are counted.'),
    more: z.boolean().meta({ description: 'Whether there are more than were counted.', example: false }),
    seconds: z.number().meta({ description: 'The age of the oldest of them; 0 when there is none.', example: 0 }),
  })
  .meta({ id: 'Lag', description: 'How far it is behind the log.' });

const verdict = z
  .object({
    at: instant('When.'),
    breaks: count('Differences between the build and the log. If it is not 0, the build can never be swapped in.'),
    parked: count('Wallets that are parked in it.'),
    unexplained: count('Differences between the log and the build that was live then.'),
    explained: count('The same, but another version of the code had built the live one.'),
  })
  .meta({ id: 'Verdict', description: 'What its last verification found; null when there was none.' });

const build = z
  .object({
    generation,
    version: count('Of the code that built it.'),
    state: z.enum(['building', 'following', 'dropped']),
    region: z
      .string()
      .nullable()
      .meta({ description: 'The region that it is a build of; null: of all.', example: null }),
    live: z.boolean().meta({ description: 'Whether readers see it, in some region.' }),
    exceptIn: z.array(z.string()).readonly().meta({
      description: 'Regions whose readers see a build of their own instead, although this one is live.',
      example: [],
    }),
    createdAt: instant('When it was begun.'),
    behind: lag,
    parked: count('Wallets that it could not go on with.'),
    verified: verdict.nullable(),
  })
  .meta({ id: 'ProjectionBuild' });

const status = z
  .object({
    name: projection,
    version: count('Of the code that answers.'),
    outdated: z.boolean().meta({ description: 'Another version of the code built the live build: rebuild it.' }),
    behind: lag,
    parked: count('Wallets that the live build could not go on with.'),
    builds: z.array(build).readonly(),
  })
  .meta({ id: 'Projection' });

const owner = z.string().nullable().meta({ description: 'The worker that follows it.', example: 'local/7f0c1f5e-…' });
const shard = z.object({ region, shard: count('0 to 63.'), owner });

const reactor = z
  .object({
    name: z.string().meta({ example: 'notify' }),
    kind: z.literal('reactor'),
    behind: lag,
    stuck: z
      .array(
        z.object({
          region,
          walletId: z.string().meta({ example: 'alice' }),
          version: count('Of the first of the events that it fails at.'),
          reason: z.string(),
          attempts: count('How often it was tried.'),
          parkedAt: instant('When it failed first.'),
        }),
      )
      .readonly()
      .meta({ description: 'What it fails at, and tries again and again.' }),
  })
  .meta({ id: 'Reactor', description: 'Acts on events after they are committed. It is never rebuilt.' });

export const projectionsAnswer = z
  .object({
    projections: z.array(status).readonly(),
    reactors: z.array(reactor).readonly(),
    shards: z
      .array(shard.extend({ behind: z.record(z.string(), lag).meta({ description: 'By projection or reactor.' }) }))
      .readonly(),
  })
  .meta({ id: 'ProjectionList' });

export const projectionAnswer = status
  .extend({ shards: z.array(shard.extend({ behind: lag })).readonly() })
  .meta({ id: 'ProjectionDetail' });

const progress = z
  .object({
    phase: z.string().meta({ example: 'building' }),
    generation: generation.optional(),
    events: z.number().optional(),
    eventsPerSecond: z.number().optional(),
    secondsLeft: z.number().optional(),
    share: z.number().optional().meta({ description: '0 to 1.', example: 0.25 }),
    beat: z.number().optional().meta({ description: 'Counts up while a worker is at it.' }),
  })
  .meta({ id: 'OperationProgress', description: 'How far it is; null before a worker has begun.' });

const object = z.record(z.string(), z.unknown());

export const operationAnswer = z
  .object({
    operationId: z.string().meta({ format: 'uuid', example: '0d4c7e5a-93f1-8c11-b6d2-52a17c90e1f3' }),
    requestedAt: instant('When it was asked for.'),
    requestedBy: z
      .string()
      .meta({ description: 'Over HTTP `api:` and the name of the API key, otherwise `cli:` and a login.' }),
    action: z.enum(ACTIONS),
    projection,
    arguments: object.meta({ description: 'As they were given.', example: { swap: true } }),
    state: z.enum(['requested', 'running', 'done', 'failed']),
    progress: progress.nullable(),
    result: object.nullable().meta({
      description:
        'What came of it, as `tidemark projections … --json` prints it. Of one that failed `reason`, and `refused`: whether ' +
        'it was not possible as things stood.',
    }),
    finishedAt: instant('When it was done, or had failed.').nullable(),
  })
  .meta({ id: 'Operation' });

const more = z.boolean().meta({ description: 'Whether there are more than `limit`.', example: false });
export const operationsAnswer = z
  .object({ operations: z.array(operationAnswer).readonly(), more, nextCursor })
  .meta({ id: 'OperationPage' });

const parkedWallet = z
  .object({
    projection,
    generation,
    region,
    walletId: z.string().meta({ example: 'alice' }),
    version: count('Of the first event that is not applied.'),
    reason: z.string(),
    parkedAt: instant('When it was parked first.'),
    retry: z.enum(['continue', 'rebuild']).nullable().meta({ description: 'What an operator has asked for.' }),
    attempts: count('How often it was tried.'),
  })
  .meta({ id: 'ParkedWallet' });
export const parkedAnswer = z
  .object({ parked: z.array(parkedWallet).readonly(), more })
  .meta({ id: 'ParkedWalletList' });

export const certificateAnswer = z
  .object({
    format: z.literal('tidemark-certificate-1'),
    projection,
    version: count('Of the code that built it.'),
    generation,
    engine: z.string().meta({ example: 'cockroach' }),
    regions: z.array(z.string()).readonly(),
    position: z.string().meta({ description: 'The log up to here.' }),
    events: count('Events that were read.'),
    wallets: count('Rows. A wallet that has lived in two regions counts in both.'),
    sums: z
      .record(z.string(), z.string())
      .meta({ description: 'What all wallets hold together.', example: { EUR: '10.00' } }),
    root: z.string().meta({ description: 'sha256 over the hashes of the shards, in hexadecimal.' }),
    shards: z.array(z.string()).readonly().meta({ description: 'sha256 over the sorted hashes of the rows of each.' }),
    startedAt: instant('When the build was begun.'),
    finishedAt: instant('When it was complete.'),
    requestedBy: z.string(),
  })
  .meta({ id: 'Certificate' });

export type OperationAnswer = z.infer<typeof operationAnswer>;
export type OperationsAnswer = z.infer<typeof operationsAnswer>;
export type ParkedAnswer = z.infer<typeof parkedAnswer>;
export type ProjectionsAnswer = z.infer<typeof projectionsAnswer>;
export type ProjectionAnswer = z.infer<typeof projectionAnswer>;
export type CertificateAnswer = z.infer<typeof certificateAnswer>;

export function operationOf(operation: Operation): OperationAnswer {
  const { arguments: asked, result } = operation;
  return {
    ...operation,
    arguments: asked as Record<string, unknown>,
    result: result as Record<string, unknown> | null,
  };
}

/** One projection, with the shards as far as they concern it. */
export function projectionOf(status: ProjectionStatus, shards: Status['shards']): ProjectionAnswer {
  const own = shards.flatMap(({ behind: { [status.name]: behind }, ...rest }) => (behind ? [{ ...rest, behind }] : []));
  return { ...status, shards: own };
}
