import { setTimeout as sleep } from 'node:timers/promises';
import { generationIn, liveBuilds, liveGenerations, sameBuilds } from '@tidemark/projections';
import {
  BuildBehind,
  comparedWith,
  listBuilds,
  OperationRefused,
  pointBack,
  type Pointed,
  type PointOptions,
  pointReaders,
  requireBuild,
  requireSwappable,
  type Verification,
  verifyBuild,
} from '@tidemark/rebuilding';
import { listOperations } from './operation-records.js';
import type { ArgumentsOf, Swapped } from './operation.js';
import { progressOfEvents, type OperationContext } from './operation-context.js';

/** A worker brings two followed builds to the same checkpoint within 2 s; without a worker, never. */
const CATCH_UP_MS_MAX = 10_000;
const LOOK_EVERY_MS = 100;
/** Operations that are searched for the last swap. */
const OPERATIONS_MAX = 1_000;

/**
 * Verifies a build and makes it the live one. An earlier verification does not count, because rows may have changed since.
 *
 * @param verified what this operation itself has just found
 * @throws OperationRefused
 */
export async function swapIn(
  context: OperationContext,
  asked: ArgumentsOf<'swap'>,
  verified?: Verification,
): Promise<Swapped> {
  const { database, projection } = context;
  const done = alreadyDone(context);
  if (done) return done;
  const generation = asked.generation ?? (await newest(context));
  const build = { projection, generation };
  const record = await requireBuild(database, projection, generation);
  if (record.live && record.exceptIn.length === 0) {
    throw new OperationRefused(`generation ${generation} of ${projection.name} is live already`);
  }
  const verification = verified ?? (await verify(context, generation));
  const accepted = requireSwappable(projection, verification, asked.accept ?? []);
  // What was found is about the builds that readers saw then.
  const against = ({ against, againstIn }: Pick<Verification, 'against' | 'againstIn'>) => ({
    ...{ generation: against, regions: againstIn },
  });
  const expected: PointOptions['expected'] = (before) =>
    sameBuilds(against(comparedWith(record, before)), against(verification));
  return whenReady(context, accepted, (remember) => pointReaders(database, build, { remember, expected }));
}

/**
 * Points readers back to what they saw before the last swap, in every region. It was followed all the time.
 *
 * @throws OperationRefused
 */
export async function rollBack(context: OperationContext): Promise<Swapped> {
  const { database, projection } = context;
  const done = alreadyDone(context);
  if (done) return done;
  const live = await liveBuilds(database, projection.name);
  const operations = await listOperations(database, { projection: projection.name, limit: OPERATIONS_MAX });
  const last = operations
    .filter(({ state }) => state === 'done')
    .flatMap(({ result }) => pointedBy(result as Partial<Swapped>) ?? [])
    .find(({ after }) => live && sameBuilds(after, live));
  const builds = await listBuilds(database, projection.name);
  const followed = builds.filter(({ state }) => state === 'following').map(({ generation }) => generation);
  if (!last || !liveGenerations(last.before).every((each) => followed.includes(each))) {
    throw new OperationRefused(`a rollback is not possible: no build that was live before exists any more`);
  }
  return whenReady(context, [], (remember) => pointBack(database, projection, last.before, { remember }));
}

/** The result of a worker that changed the live build and died before it could record it. */
export function alreadyDone({ before }: Pick<OperationContext, 'before'>): Swapped | undefined {
  return before?.pointed;
}

export function verify(context: OperationContext, generation: string): Promise<Verification> {
  const { database, projection, regions, signal } = context;
  const compared = progressOfEvents(context, { phase: 'verifying', generation });
  return verifyBuild(database, { projection, generation }, { regions, signal, compared });
}

async function newest({ database, projection }: OperationContext): Promise<string> {
  const builds = await listBuilds(database, projection.name);
  // Asked twice, it must not go back to an older one.
  const candidate = builds.filter(({ state }) => state === 'following').at(-1);
  if (!candidate || (candidate.live && candidate.exceptIn.length === 0)) {
    throw new OperationRefused(
      `${projection.name} has no build that is newer than the live one: rebuild it, or name a build`,
    );
  }
  return candidate.generation;
}

async function whenReady(
  { signal, remember }: OperationContext,
  accepted: readonly string[],
  point: (remember: NonNullable<PointOptions['remember']>) => Promise<Pointed>,
): Promise<Swapped> {
  for (const deadline = performance.now() + CATCH_UP_MS_MAX; ;) {
    try {
      const pointed = await point((connection, readers) => {
        const swapped = swappedBy(readers, accepted);
        return remember(connection, { phase: 'catching_up', generation: swapped.generation, pointed: swapped });
      });
      return swappedBy(pointed, accepted);
    } catch (error) {
      if (!(error instanceof BuildBehind) || performance.now() > deadline) throw error;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }
}

function swappedBy(readers: Pointed, accepted: readonly string[]): Swapped {
  const { before, after } = readers;
  const some = new Set([...Object.keys(before.regions), ...Object.keys(after.regions)]);
  const moved = [...some].filter((region) => generationIn(before, region) !== generationIn(after, region));
  const region = before.generation === after.generation && moved.length === 1 ? moved[0]! : null;
  const seen =
    region === null ? [after.generation, before.generation] : [after, before].map((of) => generationIn(of, region));
  return { generation: seen[0]!, before: seen[1]!, region, accepted, readers };
}

/** What an operation did to the pointers; undefined for one that did nothing to them. */
function pointedBy({ generation, before, readers }: Partial<Swapped>): Pointed | undefined {
  if (readers || before === undefined || generation === undefined) return readers;
  return { before: { generation: before, regions: {} }, after: { generation, regions: {} } };
}
