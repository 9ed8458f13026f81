import { setTimeout as sleep } from 'node:timers/promises';
import { listBuilds, OperationRefused, requireBuild } from '../rebuilding/build-records.js';
import { BuildBehind, pointReaders } from '../rebuilding/swap.js';
import { requireSwappable } from '../rebuilding/verify.js';
import { listOperations } from './operation-records.js';
import type { ArgumentsOf } from './operation.js';
import type { OperationContext } from './operation-context.js';

/** Two builds that are followed together meet within a second or two; without a worker, never. */
const CATCH_UP_MS_MAX = 10_000;
const LOOK_EVERY_MS = 100;
/** How far back the last swap is looked for. */
const OPERATIONS_MAX = 1_000;

export interface Swapped {
  readonly generation: string;
  readonly before: string;
  /** The wallets whose unexplained differences an operator let pass. */
  readonly accepted: readonly string[];
}

/** Points readers to a verified build. @throws OperationRefused */
export async function swapIn(context: OperationContext, asked: ArgumentsOf<'swap'>): Promise<Swapped> {
  const { database, projection } = context;
  const done = alreadyDone(context);
  if (done) return done;
  const generation = asked.generation ?? (await newest(context));
  const record = await requireBuild(database, projection, generation);
  return pointWhenReady(context, generation, requireSwappable(record, asked.accept ?? []));
}

/** Points readers back to the build that was live before the last swap. It was followed all the time. @throws OperationRefused */
export async function rollBack(context: OperationContext): Promise<Swapped> {
  const { database, projection } = context;
  const done = alreadyDone(context);
  if (done) return done;
  const builds = await listBuilds(database, projection.name);
  const live = builds.find((build) => build.live)!;
  const swaps = await listOperations(database, { projection: projection.name, limit: OPERATIONS_MAX });
  const last = swaps
    .filter(({ state }) => state === 'done')
    .map(({ result }) => result as Partial<Swapped>)
    .find(({ before, generation }) => before !== undefined && generation === live.generation);
  const to = builds.find(({ generation, state }) => generation === last?.before && state === 'following');
  if (!to) throw new OperationRefused(`there is nothing to go back to: no build that was live before is kept`);
  return pointWhenReady(context, to.generation, []);
}

/** What a worker did that died before it could say so. */
export function alreadyDone({ before }: Pick<OperationContext, 'before'>): Swapped | undefined {
  return before?.pointed && { generation: before.generation!, ...before.pointed };
}

async function newest({ database, projection }: OperationContext): Promise<string> {
  const builds = await listBuilds(database, projection.name);
  const candidate = builds.filter(({ live, state }) => !live && state === 'following').at(-1);
  if (!candidate) throw new OperationRefused(`${projection.name} has no build beside the live one: rebuild it first`);
  return candidate.generation;
}

async function pointWhenReady(
  { database, projection, signal, remember }: OperationContext,
  generation: string,
  accepted: readonly string[],
): Promise<Swapped> {
  for (const deadline = performance.now() + CATCH_UP_MS_MAX; ;) {
    try {
      const before = await pointReaders(database, { projection, generation }, (connection, live) =>
        remember(connection, { phase: 'catching_up', generation, pointed: { before: live, accepted } }),
      );
      return { generation, before, accepted };
    } catch (error) {
      if (!(error instanceof BuildBehind) || performance.now() > deadline) throw error;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }
}
