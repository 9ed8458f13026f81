import type { Database } from '@tidemark/database';
import type { Build } from '../projection.js';
import { listBuilds, OperationRefused, recordVerification, requireBuild, type BuildRecord } from './build-records.js';
import { compareWithLog, type ComparisonOptions } from './compare-with-log.js';
import type { Difference } from './difference.js';

/** What was found when a build and the live one were compared with the log, wallet by wallet. */
export interface Verification {
  readonly generation: string;
  /** The live one at that time. */
  readonly against: string;
  readonly events: number;
  readonly wallets: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly seconds: number;
  /** Where the build itself is not what the log says: it can never be swapped in. */
  readonly breaks: number;
  /** Wallets that are parked in the build. They are served by live fold, and an operator may accept them. */
  readonly parked: number;
  /** Where the live build is not what the log says, and it was built by the same version of the code: what an incident did. */
  readonly unexplained: number;
  /** As `unexplained`, but another version of the projection's code built the live one. */
  readonly explained: number;
  /** The wallets that an operator has to accept before a swap. */
  readonly unexplainedWallets: readonly string[];
  readonly differences: readonly Difference[];
}

/** Differences kept in the record. The counts are of all. */
const RECORDED_MAX = 200;

/**
 * Compares a build, and the live one, with the log; and records it with the build.
 *
 * @throws OperationRefused for a build that is not followed
 */
export async function verifyBuild(database: Database, build: Build, options: ComparisonOptions): Promise<Verification> {
  const { projection, generation } = build;
  const began = performance.now();
  const record = await requireBuild(database, projection, generation);
  if (record.state !== 'following') {
    throw new OperationRefused(`generation ${generation} of ${projection.name} is ${record.state}`);
  }
  const live = (await listBuilds(database, projection.name)).find((each) => each.live)!;
  const generations = [...new Set([generation, live.generation])];
  const { events, wallets, differences } = await compareWithLog(database, projection, generations, options);
  const own = differences.get(generation)!;
  const theirs = live.generation === generation ? undefined : differences.get(live.generation)!;
  const parked = own.listed.filter(({ kind }) => kind === 'wallet_parked').length;
  const same = isSameCode(record, live);
  const verification: Verification = {
    ...{ generation, against: live.generation, events, wallets, parked },
    at: new Date().toISOString(),
    seconds: (performance.now() - began) / 1_000,
    breaks: own.count - parked,
    unexplained: same ? (theirs?.count ?? 0) : 0,
    explained: same ? 0 : (theirs?.count ?? 0),
    unexplainedWallets: [
      ...own.listed.flatMap(({ kind, walletId }) => (kind === 'wallet_parked' && walletId !== null ? [walletId] : [])),
      ...(same ? (theirs?.wallets ?? []) : []),
    ],
    differences: [...own.listed, ...(theirs?.listed ?? [])].slice(0, RECORDED_MAX),
  };
  await recordVerification(database, build, JSON.stringify(verification));
  return verification;
}

function isSameCode(a: BuildRecord, b: BuildRecord): boolean {
  return a.version === b.version;
}

/**
 * Refuses a swap to a build that was not verified, is not what the log says, or differs from the live one in a way that
 * nobody has explained or accepted.
 *
 * @param accepted wallet ids, or `all`
 * @returns what was accepted, for the record
 * @throws OperationRefused
 */
export function requireSwappable(
  { projection, generation, verified }: BuildRecord,
  accepted: readonly string[],
): string[] {
  const name = `generation ${generation} of ${projection}`;
  if (verified === null)
    throw new OperationRefused(`${name} is not verified: tidemark projections verify ${projection}`);
  const { breaks, parked, unexplained, unexplainedWallets: wallets } = JSON.parse(verified) as Verification;
  if (breaks > 0)
    throw new OperationRefused(`${name} is not what the log says in ${breaks} places: it is not to be used`);
  if (unexplained + parked === 0) return [];
  if (accepted.includes('all')) return [...wallets];
  const left = wallets.filter((walletId) => !accepted.includes(walletId));
  if (left.length === 0 && wallets.length > 0) return [...wallets];
  const some = left.slice(0, NAMED_MAX).join(', ') + (left.length > NAMED_MAX ? ', …' : '');
  throw new OperationRefused(
    `${unexplained + parked} differences between the live build and ${name} are not explained` +
      `${some === '' ? '' : ` (${some})`}: look at them, then name their wallets with --accept, or --accept all`,
  );
}

/** Wallets named in a message. */
const NAMED_MAX = 5;
