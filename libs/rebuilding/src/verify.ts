import type { Database } from '@tidemark/database';
import { type Build, generationIn, liveBuilds, type LiveBuilds, type Projection } from '@tidemark/projections';
import {
  listBuilds,
  OperationRefused,
  recordVerification,
  regionsOfBuild,
  requireBuild,
  type BuildRecord,
} from './build-records.js';
import { compareWithLog, type ComparisonOptions } from './compare-with-log.js';
import { WALLETS_MAX, type Difference, type Differences } from './difference.js';

/** What was found when a build and the live one were compared with the log, wallet by wallet. */
export interface Verification {
  readonly generation: string;
  /** The live one at that time: of the build's own region, or of all; and those that regions had of their own. */
  readonly against: string;
  readonly againstIn: Readonly<Record<string, string>>;
  readonly events: number;
  readonly wallets: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly seconds: number;
  /** Differences between the build itself and the log. If there are any, it can never be swapped in. */
  readonly breaks: number;
  /** Wallets that are parked in the build. They are served by live fold, and an operator may accept them. */
  readonly parked: number;
  /** Differences between the live build and the log, where the same version of the code made both builds: an incident. */
  readonly unexplained: number;
  /** As `unexplained`, but another version of the projection's code made the live build. */
  readonly explained: number;
  /** The wallets that an operator has to accept before a swap; at most `WALLETS_MAX`. */
  readonly unexplainedWallets: readonly string[];
  /** How many of `unexplained` are differences of sums, which belong to no wallet. They are accepted as `sums`. */
  readonly unexplainedSums: number;
  readonly differences: readonly Difference[];
}

/** Differences kept in the record. The counts are of all. */
const RECORDED_MAX = 200;

/**
 * Compares a build, and what readers see of the same regions, with the log; and records it with the build.
 *
 * @param options.regions all that the log has
 * @throws OperationRefused for a build that is not followed
 */
export async function verifyBuild(database: Database, build: Build, options: ComparisonOptions): Promise<Verification> {
  const { projection, generation } = build;
  const began = performance.now();
  const record = await requireBuild(database, projection, generation);
  if (record.state !== 'following') {
    throw new OperationRefused(`generation ${generation} of ${projection.name} is ${record.state}`);
  }
  const live = (await liveBuilds(database, projection.name))!;
  const regions = regionsOfBuild(record, options.regions);
  const found = await compareWithLog(
    database,
    projection,
    (region) => [...new Set([generation, generationIn(live, region)])],
    { ...options, regions },
  );
  const own = found.differences.get(generation)!;
  const parked = own.listed.filter(({ kind }) => kind === 'wallet_parked').length;
  const builds = await listBuilds(database, projection.name);
  const theirs = [...found.differences].filter(([each]) => each !== generation);
  const [same, others] = [
    theirs.filter(([each]) => versionOf(builds, each) === record.version).map(([, differences]) => differences),
    theirs.filter(([each]) => versionOf(builds, each) !== record.version).map(([, differences]) => differences),
  ];
  const verification: Verification = {
    ...{ generation, ...comparedWith(record, live), events: found.events, wallets: found.wallets, parked },
    at: new Date().toISOString(),
    seconds: (performance.now() - began) / 1_000,
    breaks: own.count - parked,
    unexplained: countOf(same),
    explained: countOf(others),
    unexplainedWallets: [
      ...new Set([
        ...own.listed.flatMap(({ kind, walletId }) =>
          kind === 'wallet_parked' && walletId !== null ? [walletId] : [],
        ),
        ...same.flatMap(({ wallets }) => [...wallets]),
      ]),
    ],
    unexplainedSums: same.reduce((all, { sums }) => all + sums, 0),
    differences: [own, ...same, ...others].flatMap(({ listed }) => listed).slice(0, RECORDED_MAX),
  };
  await recordVerification(database, build, JSON.stringify(verification));
  return verification;
}

function versionOf(builds: readonly BuildRecord[], generation: string): number | undefined {
  return builds.find((each) => each.generation === generation)?.version;
}

function countOf(differences: readonly Differences[]): number {
  return differences.reduce((all, { count }) => all + count, 0);
}

/** Which builds a build has to be compared with before it may take their place. */
export function comparedWith(
  { region }: Pick<BuildRecord, 'region'>,
  live: LiveBuilds,
): Pick<Verification, 'against' | 'againstIn'> {
  return region === null
    ? { against: live.generation, againstIn: live.regions }
    : { against: generationIn(live, region), againstIn: {} };
}

/**
 * Refuses a swap to a build that differs from the log. Also refuses it while the live build has differences that are neither
 * explained nor accepted.
 *
 * @param accepted wallet ids, `sums` for the differences of sums, `all` for every one
 * @returns what was accepted, for the record
 * @throws OperationRefused
 */
export function requireSwappable(
  projection: Projection,
  { generation, breaks, parked, unexplained, unexplainedWallets: wallets, unexplainedSums: sums }: Verification,
  accepted: readonly string[],
): string[] {
  const name = `generation ${generation} of ${projection.name}`;
  if (breaks > 0) throw new OperationRefused(`${name} differs from the log in ${breaks} places: do not use it`);
  if (unexplained + parked === 0) return [];
  const all = [...wallets, ...(sums > 0 ? [SUMS] : [])];
  if (accepted.includes('all')) return all;
  const left = wallets.filter((walletId) => !accepted.includes(walletId));
  const sumsLeft = accepted.includes(SUMS) ? 0 : sums;
  // The list is full, so there may be more wallets that were not listed.
  const unnamed = wallets.length >= WALLETS_MAX;
  if (left.length + sumsLeft === 0 && !unnamed) return all;
  const some = left.slice(0, NAMED_MAX).join(', ') + (left.length > NAMED_MAX ? ', …' : '');
  const where = [
    ...(left.length === 0 ? [] : [`${left.length} ${left.length === 1 ? 'wallet' : 'wallets'} (${some})`]),
    ...(sumsLeft === 0 ? [] : [`${sumsLeft} ${sumsLeft === 1 ? 'sum' : 'sums'}`]),
    ...(unnamed ? ['wallets that are not listed, which only `all` accepts'] : []),
  ];
  const names = [...(left.length === 0 ? [] : ['WALLETS']), ...(sumsLeft === 0 ? [] : [SUMS])];
  throw new OperationRefused(
    `differences between the live build and ${name} are not explained: ${where.join(' and ')}. Check them, then ` +
      `accept them (--accept ${[...(names.length === 0 ? [] : [names.join(',')]), 'all'].join(', or ')})`,
  );
}

/** The name that accepts differences of sums. */
const SUMS = 'sums';

/** Wallets listed in a message, at most. */
const NAMED_MAX = 5;
