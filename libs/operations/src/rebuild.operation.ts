import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from '@tidemark/projections';
import {
  abandonedBuilds,
  beginBuild,
  beginFollowing,
  Builder,
  buildProgress,
  type BuildRecord,
  type Certificate,
  dropBuild,
  OperationRefused,
  proofOfBuild,
  regionsAskedFor,
  regionsOfBuild,
  requireBuild,
  shardsBehindLive,
  type Verification,
} from '@tidemark/rebuilding';
import type { ArgumentsOf, Swapped } from './operation.js';
import type { OperationContext } from './operation-context.js';
import { alreadyDone, swapIn, verify } from './swap.operation.js';

const LOOK_EVERY_MS = 200;

/** Of a rebuild with a swap, what became of the pointers too. */
export interface Rebuilt extends Partial<Swapped> {
  readonly generation: string;
  readonly certificate: Certificate;
  readonly verification: Verification;
}

/**
 * Builds a generation beside the live one, lets workers bring it up to the present, and compares every wallet with the
 * log. Readers see nothing of it before a swap. A worker that takes the operation over goes on where the other was.
 *
 * @throws OperationRefused
 */
export async function rebuildAll(context: OperationContext, asked: ArgumentsOf<'rebuild'>): Promise<Rebuilt> {
  const { database, projection } = context;
  const build = await theBuild(context, asked.region);
  let record = await requireBuild(database, projection, build.generation);
  if (record.state === 'building') {
    await buildAllRanges(context, build, asked.latencyRatioMax);
    context.report({ phase: 'sealing', generation: build.generation });
    await seal(context, record);
    record = await requireBuild(database, projection, build.generation);
  }
  const swapped = alreadyDone(context);
  if (swapped) return { ...proven(record), ...swapped };
  await caughtUp(context, build);
  const verification = await verify(context, build.generation);
  const rebuilt = proven(await requireBuild(database, projection, build.generation));
  if (!asked.swap) return rebuilt;
  const generation = build.generation;
  const swapping = { generation, ...(asked.accept && { accept: asked.accept }) };
  return { ...rebuilt, ...(await swapIn(context, swapping, verification)) };
}

function proven({ generation, certificate, verified }: BuildRecord): Rebuilt {
  return {
    generation,
    certificate: JSON.parse(certificate!) as Certificate,
    verification: JSON.parse(verified!) as Verification,
  };
}

async function theBuild(context: OperationContext, region: string | undefined): Promise<Build> {
  const { database, projection, regions, operationId, before, remember } = context;
  if (before?.generation !== undefined) return { projection, generation: before.generation };
  regionsAskedFor(region, regions);
  for (const generation of await abandonedBuilds(database, projection)) {
    await dropBuild(database, { projection, generation });
  }
  return beginBuild(database, projection, regions, {
    ...{ region, operationId },
    remember: (connection, generation) => remember(connection, { phase: 'building', generation }),
  });
}

async function buildAllRanges(context: OperationContext, build: Build, latencyRatioMax?: number): Promise<void> {
  const { database, projections, me, signal } = context;
  const builder = new Builder(database, { projections, me, ...(latencyRatioMax !== undefined && { latencyRatioMax }) });
  const began = performance.now();
  const show = async () => {
    const { ranges, done, events } = await buildProgress(database, build);
    const seconds = (performance.now() - began) / 1_000;
    const eventsPerSecond = Math.round(events / Math.max(seconds, 0.001));
    const secondsLeft = done === 0 ? undefined : Math.ceil((seconds * (ranges - done)) / done);
    context.report({
      ...{ phase: 'building', generation: build.generation, events, eventsPerSecond, share: done / ranges },
      ...(secondsLeft !== undefined && { secondsLeft }),
    });
    return done === ranges;
  };
  const showing = setInterval(() => void show().catch(() => undefined), LOOK_EVERY_MS);
  try {
    while (!(await show())) {
      signal.throwIfAborted();
      if (!(await builder.build(signal))) await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  } finally {
    clearInterval(showing);
  }
}

async function seal(
  { database, projection, requestedBy, ...context }: OperationContext,
  record: BuildRecord,
): Promise<void> {
  const regions = regionsOfBuild(record, context.regions);
  const build = { projection, generation: record.generation };
  const { events } = await buildProgress(database, build);
  const certificate: Certificate = {
    format: 'tidemark-certificate-1',
    ...{ projection: projection.name, version: projection.version, generation: record.generation },
    ...{ engine: database.engine, regions, position: record.builtTo!, events },
    ...(await proofOfBuild(database, build, regions)),
    ...{ startedAt: record.createdAt, finishedAt: new Date().toISOString(), requestedBy },
  };
  await beginFollowing(database, build, regions, JSON.stringify(certificate));
}

/** Workers do it. From here on the build and the live one are written together. */
async function caughtUp({ database, signal, report }: OperationContext, build: Build): Promise<void> {
  for (;;) {
    const { state } = await requireBuild(database, build.projection, build.generation);
    if (state !== 'following') {
      throw new OperationRefused(`generation ${build.generation} of ${build.projection.name} was dropped meanwhile`);
    }
    if ((await shardsBehindLive(database, build)) === 0) return;
    report({ phase: 'catching_up', generation: build.generation });
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
