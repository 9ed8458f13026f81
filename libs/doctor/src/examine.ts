import { eventDefinition } from '@tidemark/wallet';
import type { Database } from '@tidemark/database';
import {
  beginAudit,
  readDirectory,
  readLowestVersions,
  readRowRegions,
  regionsOf,
  type Audit,
} from '@tidemark/event-store';
import { accountsAreDefined } from './checks/accounts.check.js';
import { commandsAgree } from './checks/commands.check.js';
import { directoryIsRight } from './checks/directory.check.js';
import { factsAreSaid } from './checks/facts.check.js';
import { snapshotIsFold } from './checks/snapshot.check.js';
import { withinLimits } from './checks/within-limits.check.js';
import { eventText, judgeCommits, tallyCommits } from './commits/commit-walk.js';
import { findUncommitted } from './commits/uncommitted.js';
import { walkDirectory } from './directory-walk.js';
import { Findings, type Finding } from './finding.js';
import { walkProjections } from './projection-walk.js';
import { walkOutcomes } from './outcome-walk.js';
import type { Part, Scope } from './scope.js';
import { Tally } from './tally.js';
import type { PageCheck } from './wallets/page.js';
import { walletPages } from './wallets/wallet-pages.js';

/** There is no wallet or region of that name, so there is nothing to examine. */
export class NothingToExamine extends Error {
  override readonly name = 'NothingToExamine';
}

export interface ExamineOptions {
  /** This wallet only, wherever it has lived. */
  readonly walletId?: string | undefined;
  /** This region only: its commits and outcomes, and the wallets that were opened in it, wherever they are now. */
  readonly region?: string | undefined;
  /** Checks beside those of `INVARIANTS`. */
  readonly checks?: readonly PageCheck[];
  readonly signal: AbortSignal;
  readonly progress: (part: Part, done: number, of: number) => void;
}

export interface Examined {
  /** What was looked at: events up to the position at which the examination began, and their wallets. */
  readonly checked: { readonly events: number; readonly wallets: number };
  /** By wallet, then version. */
  readonly findings: readonly Finding[];
  /** Findings beyond `FINDINGS_MAX`, as far as they were counted. */
  readonly more: number;
}

/**
 * Checks the log, or a part of it, for every invariant of `INVARIANTS`, while the service may write. Streams in
 * bounded memory and short statements. What is written while it looks is not judged.
 *
 * @param database as a role that may read the log, the outcomes, the snapshots and the directory
 * @throws NothingToExamine; EventFromTheFuture when a newer Tidemark wrote an event; what the signal aborts with; whatever
 *   the database says
 */
export async function examine(database: Database, options: ExamineOptions): Promise<Examined> {
  const findings = new Findings();
  const audit = await beginAudit(database);
  const allRegions = [
    ...new Set([...(await regionsOf(database)).logs, ...(await audit.read((reader) => readRowRegions(reader)))]),
  ];
  await requireSomething(audit, allRegions, options);
  const { walletId, region, signal, progress } = options;
  const regions = region === undefined ? allRegions : [region];
  const scope: Scope = { audit, allRegions, regions, walletId, signal, progress, report: findings.report };
  const [committed, claims] = [new Tally(), new Tally()];
  const named = await tallyCommits(scope, committed);
  const checks = [
    withinLimits,
    snapshotIsFold,
    factsAreSaid,
    accountsAreDefined(),
    directoryIsRight,
    commandsAgree(claims),
    ...(options.checks ?? []),
  ];
  const { commands, ...checked } = await walkWallets(scope, checks, named, committed);
  await walkDirectory(scope, checked.wallets);
  await walkOutcomes(scope, claims, commands);
  await judgeCommits(scope, committed);
  await findUncommitted(scope, committed, () => findings.full);
  await walkProjections(database, { ...scope, events: checked.events });
  return { checked, findings: findings.sorted(), more: findings.more };
}

async function walkWallets(scope: Scope, checks: readonly PageCheck[], named: number, committed: Tally) {
  const { audit, allRegions, report } = scope;
  const walked = { events: 0, wallets: 0, commands: 0 };
  for (const region of scope.walletId === undefined ? scope.regions : allRegions.slice(0, 1)) {
    const pages = walletPages(scope, region, (events) => {
      for (const event of events) committed.add(event.walletId, eventText(event));
    });
    for await (const slices of pages) {
      await Promise.all(checks.map((each) => each.check({ audit, allRegions, slices, report })));
      for (const { events, last } of slices) {
        walked.events += events.length;
        walked.wallets += last ? 1 : 0;
        walked.commands += events.filter(({ event }) => !event || !eventDefinition(event.type).scope).length;
      }
      scope.progress('events', walked.events, named);
    }
  }
  return walked;
}

async function requireSomething(
  audit: Audit,
  regions: readonly string[],
  { walletId, region }: ExamineOptions,
): Promise<void> {
  if (region !== undefined && !regions.includes(region)) {
    throw new NothingToExamine(`there is no region ${JSON.stringify(region)}: there are ${regions.join(', ')}`);
  }
  if (walletId === undefined) return;
  const listed = await audit.read((reader) => readDirectory(reader, [walletId]));
  const written = await audit.read((reader) => readLowestVersions(reader, regions, [walletId]));
  if (listed.length + written.length === 0) {
    throw new NothingToExamine(`there is no wallet ${JSON.stringify(walletId)}`);
  }
}
