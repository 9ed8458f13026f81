import {
  readEvents,
  readRegionOutcomes,
  readWalletOutcomes,
  type EventKey,
  type EventMetadata,
  type OutcomeRecord,
  type RecordedEvent,
  type WalletView,
} from '@tidemark/event-store';
import { answerOf } from './checks/command-outcomes.js';
import { claimText } from './checks/outcome.check.js';
import type { Scope } from './scope.js';
import type { Tally } from './tally.js';

/** Outcomes read at once, with the events that they name. */
const OUTCOMES_AT_ONCE = 2_000;

interface Claim {
  readonly outcome: OutcomeRecord;
  readonly shown: WalletView;
}

/**
 * `outcome_agrees`: every accepted outcome has its events, at the version that it left each wallet at. Those that the walk
 * over the events has met are taken off its tally; only for wallets where that does not come to nothing are events looked up.
 *
 * @param claims what events have found true of their outcomes
 * @param commands how many outcomes to expect, for the progress
 */
export async function walkOutcomes(scope: Scope, claims: Tally, commands: number): Promise<void> {
  let done = 0;
  for await (const outcomes of outcomePages(scope)) {
    for (const outcome of outcomes) {
      for (const { shown } of claimsOf(outcome, scope)) claims.subtract(shown.walletId, claimText(outcome, shown));
    }
    scope.progress('outcomes', (done += outcomes.length), commands);
  }
  if (!claims.differs) return;
  done = 0;
  for await (const outcomes of outcomePages(scope)) {
    const open = outcomes.flatMap((outcome) => claimsOf(outcome, scope));
    await judge(
      scope,
      open.filter(({ shown }) => claims.differsFor(shown.walletId)),
    );
    scope.progress('outcomes that disagree', (done += outcomes.length), commands);
  }
}

type PlaceInRegion = Pick<OutcomeRecord, 'walletId' | 'idempotencyKey' | 'caller'>;

/** Those that stand for events up to the audit's position. */
async function* outcomePages(scope: Scope): AsyncGenerator<readonly OutcomeRecord[]> {
  const { audit, signal } = scope;
  for (const region of scope.regions) {
    let after: PlaceInRegion | undefined = { walletId: '', idempotencyKey: '', caller: '' };
    while (after) {
      signal.throwIfAborted();
      const outcomes: readonly OutcomeRecord[] = await readPage(scope, region, after);
      yield outcomes.filter(({ position }) => position !== undefined && position <= audit.position);
      after = outcomes.length < OUTCOMES_AT_ONCE ? undefined : outcomes.at(-1);
    }
  }
}

async function readPage({ audit, walletId }: Scope, region: string, after: PlaceInRegion): Promise<OutcomeRecord[]> {
  const limit = OUTCOMES_AT_ONCE;
  return await audit.read((reader) =>
    walletId === undefined
      ? readRegionOutcomes(reader, { region, after, limit })
      : readWalletOutcomes(reader, { ...after, region, walletId, limit }),
  );
}

async function judge(scope: Scope, claims: readonly Claim[]): Promise<void> {
  const home = await findEvents(scope, claims, ({ shown }) => [shown.homeRegion]);
  // The event that moves a wallet is where it moved from.
  const elsewhere = claims.filter((claim) => !home.has(nameOf(claim)));
  const away = await findEvents(scope, elsewhere, () => scope.allRegions);
  for (const claim of claims) {
    const { outcome, shown } = claim;
    const message = problemOf(claim, home.get(nameOf(claim)) ?? away.get(nameOf(claim)));
    if (!message) continue;
    const named = `the outcome of key ${outcome.idempotencyKey} at wallet ${outcome.walletId}, region ${outcome.region},`;
    const { walletId, version } = shown;
    scope.report({ invariant: 'outcome_agrees', walletId, version, message: `${named} ${message}` });
  }
}

function claimsOf(outcome: OutcomeRecord, { report }: Scope): Claim[] {
  const { walletId, region, idempotencyKey } = outcome;
  const answer = answerOf(outcome);
  if (answer?.kind === 'accepted') return answer.wallets.map((shown) => ({ outcome, shown }));
  const what = answer ? `says ${answer.code}` : 'cannot be read';
  const message = `the outcome of key ${idempotencyKey}, region ${region}, ${what}, and is at position ${outcome.position}`;
  report({ invariant: 'outcome_agrees', walletId, version: 0, message });
  return [];
}

async function findEvents(
  { audit }: Scope,
  claims: readonly Claim[],
  regionsOf: (claim: Claim) => readonly string[],
): Promise<Map<string, RecordedEvent>> {
  const keys = claims.flatMap((claim) =>
    regionsOf(claim).map((region): EventKey => {
      const { walletId, version } = claim.shown;
      return { region, walletId, version };
    }),
  );
  const events = await audit.read((reader) => readEvents(reader, keys));
  return new Map(events.map((event) => [`${event.walletId}\n${event.version}`, event]));
}

function problemOf({ outcome, shown }: Claim, event: RecordedEvent | undefined): string | undefined {
  if (!event) return `says version ${shown.version}, which is not there`;
  if (event.position !== outcome.position) {
    return `is at position ${outcome.position}, version ${shown.version} is at ${event.position}`;
  }
  const { idempotencyKey, requestHash, caller } = commandOf(event);
  const ofCaller = outcome.caller === '' || outcome.caller === caller;
  if (ofCaller && idempotencyKey === outcome.idempotencyKey && requestHash === outcome.requestHash) return undefined;
  const came = `by key ${idempotencyKey} of ${caller} and request hash ${requestHash}`;
  return `says version ${shown.version}, which came ${came}`;
}

function commandOf({ metadata }: RecordedEvent): { [K in keyof EventMetadata]?: unknown } {
  try {
    return JSON.parse(metadata) as object;
  } catch {
    return {};
  }
}

function nameOf({ shown }: Claim): string {
  return `${shown.walletId}\n${shown.version}`;
}
