import { regionsOf } from '@tidemark/event-store';
import { type Lag, listParked } from '@tidemark/following';
import {
  type BuildStatus,
  findOperation,
  listOperations,
  type Operation,
  projectionStatus,
  type ProjectionStatus,
  type ReactorStatus,
} from '@tidemark/operations';
import type { Certificate, Verification } from '@tidemark/rebuilding';
import { UsageError } from '../process/exit.js';
import { grouped } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { requireProjection, withOwnerDatabase } from './ask-operation.js';
import { followedLine, soundness } from './result-lines.js';

/** `tidemark projections list`. `--json`: `{projections, reactors, shards}`. */
export function listProjections(at: Surroundings): Promise<CommandResult> {
  return withOwnerDatabase(at, async (database) => {
    const { logs } = await regionsOf(database);
    const status = await projectionStatus(database, logs, Date.now());
    const owners = new Set(status.shards.flatMap(({ owner }) => owner ?? []));
    const lines = status.projections.flatMap(({ name, version, outdated, builds }) => [
      `${name} (version ${version})${outdated ? ': the live build was made by another version: rebuild it' : ''}`,
      ...builds.map((build) => `  ${buildLine(build)}`),
    ]);
    const reactors = status.reactors.flatMap(reactorLines);
    const workers = `${status.shards.length} shards, followed by ${owners.size} ${owners.size === 1 ? 'worker' : 'workers'}`;
    return {
      json: status,
      lines: [...lines, ...reactors, workers, ...status.projections.flatMap(unseenLines)],
      found:
        status.projections.some(({ parked }) => parked > 0) || status.reactors.some(({ stuck }) => stuck.length > 0),
    };
  });
}

/** A reactor, how far it is, and what it fails at. */
export function reactorLines({ name, behind, stuck }: ReactorStatus): string[] {
  const failing = stuck.map(
    ({ walletId, version, region, parkedAt, attempts, reason }) =>
      `  fails at version ${version} of ${walletId} (${region}) since ${parkedAt}, ${attempts} attempts: ${reason}`,
  );
  return [`${name} (reactor): ${lagText(behind)}`, ...failing];
}

/** Of builds that are followed, and that readers of no region see. */
function unseenLines({ name, builds }: ProjectionStatus): string[] {
  const newest = Math.max(...builds.flatMap(({ live, generation }) => (live ? Number(generation) : [])));
  return builds
    .filter(({ live, state }) => state === 'following' && !live)
    .map(({ generation }) => followedLine(name, generation, Number(generation) < newest));
}

function buildLine({ generation, version, state, behind, parked, verified, createdAt, ...build }: BuildStatus): string {
  const checked = verified ? `compared ${verified.at}: ${soundness(verified)}` : 'not verified';
  const parts = [
    `generation ${generation}${whereLive(build)}`,
    ...(state === 'building' ? ['being built'] : [lagText(behind), checked]),
    ...(parked > 0 ? [`${grouped(parked)} wallets parked`] : []),
    `version ${version}, since ${createdAt}`,
  ];
  return parts.join(', ');
}

function whereLive({ region, live, exceptIn }: Pick<BuildStatus, 'region' | 'live' | 'exceptIn'>): string {
  if (!live) return region === null ? '' : ` (of ${region})`;
  if (region !== null) return ` (live in ${region})`;
  return exceptIn.length === 0 ? ' (live)' : ` (live, except in ${exceptIn.join(', ')})`;
}

function lagText({ events, more, seconds }: Lag): string {
  if (events === 0) return 'up to date';
  return `${more ? 'more than ' : ''}${grouped(events)} events behind (${seconds.toFixed(1)} s)`;
}

/** Wallets and operations shown. */
const LISTED_MAX = 200;

/** `tidemark projections parked`. `--json`: `{parked}`. Exit code 1 when there are any. */
export function listParkedWallets(at: Surroundings, projection?: string): Promise<CommandResult> {
  if (projection !== undefined) requireProjection(projection);
  return withOwnerDatabase(at, async (database) => {
    const parked = await listParked(database, { limit: LISTED_MAX, ...(projection !== undefined && { projection }) });
    const lines = parked.map(
      (each) =>
        `${each.projection} ${each.walletId} (generation ${each.generation}, ${each.region}): parked at version ` +
        `${each.version} since ${each.parkedAt}, ${each.attempts} attempts: ${each.reason}`,
    );
    return { json: { parked }, lines: parked.length === 0 ? ['no wallet is parked'] : lines, found: parked.length > 0 };
  });
}

/**
 * `tidemark projections audit`. `--json`: `{operations, next}`, the newest first; `next` is for `--before`, null at the end.
 *
 * @param before the id of an operation: what was asked before it
 */
export function listAudit(at: Surroundings, projection?: string, before?: string): Promise<CommandResult> {
  if (projection !== undefined) requireProjection(projection);
  return withOwnerDatabase(at, async (database) => {
    if (before !== undefined && !(UUID.test(before) && (await findOperation(database, before)))) {
      throw new UsageError(`--before: there is no operation ${before}`);
    }
    const which = { before, limit: LISTED_MAX + 1, ...(projection !== undefined && { projection }) };
    const read = await listOperations(database, which);
    const operations = read.slice(0, LISTED_MAX);
    const next = read.length > LISTED_MAX ? operations.at(-1)!.operationId : null;
    const older = `older ones: tidemark projections audit${projection === undefined ? '' : ` ${projection}`} --before ${next}`;
    const lines = operations.length === 0 ? ['no operations'] : operations.map(auditLine);
    return { json: { operations, next }, lines: [...lines, ...(next === null ? [] : [older])] };
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function auditLine({
  requestedAt,
  requestedBy,
  action,
  projection,
  arguments: asked,
  state,
  result,
}: Operation): string {
  const found = (result ?? {}) as AuditedResult;
  const checked = found.verification ?? (action === 'verify' ? found : undefined);
  const said = {
    ...(Object.keys(asked).length > 0 && { asked }),
    ...{ generation: found.generation, before: found.before, walletId: found.walletId, reason: found.reason },
    ...(found.region && { region: found.region }),
    ...(found.accepted && found.accepted.length > 0 && { accepted: found.accepted }),
    ...(found.certificate && { root: found.certificate.root }),
    ...(checked && { breaks: checked.breaks, unexplained: checked.unexplainedWallets }),
    ...(Array.isArray(found.rows) ? { rows: found.rows } : {}),
  };
  return `${requestedAt}  ${requestedBy}  ${action} ${projection}: ${state}  ${JSON.stringify(said)}`;
}

/** What the results of the actions have that is worth a line. */
interface AuditedResult extends Partial<Pick<Verification, 'generation' | 'breaks' | 'unexplainedWallets'>> {
  readonly before?: string;
  readonly region?: string | null;
  readonly walletId?: string;
  readonly reason?: string;
  readonly accepted?: readonly string[];
  readonly certificate?: Certificate;
  readonly verification?: Verification;
  readonly rows?: readonly object[] | number;
}
