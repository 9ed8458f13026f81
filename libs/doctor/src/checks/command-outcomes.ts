import type { OutcomeKey, OutcomeRecord, WalletView } from '@tidemark/event-store';
import { eventDefinition } from '@tidemark/wallet';
import type { Page, WalletSlice } from '../wallets/page.js';
import type { JudgedEvent } from '../wallets/wallet-fold.js';
import { readFlushes } from './flushes.js';
import { OutcomeSource } from './outcome-source.js';

/** What a command was answered, as far as it can be read. */
export type Answer =
  | { readonly kind: 'accepted'; readonly wallets: readonly WalletView[] }
  | { readonly kind: 'rejected'; readonly code: string };

/** An event that says which command it came by, and the outcome that is stored for that command. */
export interface CommandEvent {
  readonly slice: WalletSlice;
  readonly judged: JudgedEvent;
  readonly key: string;
  readonly caller: string;
  readonly requestHash: string;
  outcome: OutcomeRecord | undefined;
}

/**
 * The events of a page with the outcomes of their commands, found under the key, its caller and the wallet that the command
 * was about. Before keys belonged to callers, outcomes were stored under no caller, whatever the event says. A transfer of several sources has one key, of its first source, and an atomic batch one of its first wallet. No event says which that
 * is: those are looked for among all wallets that the flush appended to.
 */
export async function commandEvents({ audit, allRegions, slices }: Page): Promise<CommandEvent[]> {
  const events = slices.flatMap((slice) =>
    slice.events.flatMap((judged): CommandEvent[] => {
      if (!judged.metadata) return [];
      const { idempotencyKey: key, requestHash, caller = '' } = judged.metadata;
      return [{ slice, judged, key, caller, requestHash, outcome: undefined }];
    }),
  );
  const source = await OutcomeSource.over(audit, slices);
  await assign(source, events, (event) => ownKeys(event, allRegions));
  const astray = events.filter(isAstray);
  if (astray.length > 0) {
    const flushes = await readFlushes(audit, allRegions, astray.map(positionOf));
    await assign(source, astray, (event) => {
      const wallets = (flushes.get(positionOf(event)) ?? []).filter(({ metadata }) => metadata === metadataOf(event));
      return wallets.flatMap(({ walletId }) => keysIn(allRegions, walletId, event));
    });
  }
  return events;
}

async function assign(
  source: OutcomeSource,
  events: readonly CommandEvent[],
  keysOf: (event: CommandEvent) => readonly OutcomeKey[],
): Promise<void> {
  const found = await source.find(events.flatMap(keysOf));
  for (const event of events) {
    const stored = keysOf(event).flatMap((key) => found(key) ?? []);
    event.outcome = stored.find(({ requestHash }) => requestHash === event.requestHash) ?? event.outcome ?? stored[0];
  }
}

/** What an outcome says; undefined where it cannot be read. */
export function answerOf({ result }: OutcomeRecord): Answer | undefined {
  try {
    const answer = JSON.parse(result) as Answer;
    if (answer.kind === 'rejected' || answer.wallets.every(isView)) return answer;
  } catch {
    // Nothing that this code could have written.
  }
  return undefined;
}

function isView({ walletId, homeRegion, version, balances }: WalletView): boolean {
  const named = typeof walletId === 'string' && typeof homeRegion === 'string' && Array.isArray(balances);
  return named && Number.isSafeInteger(version) && version >= 1;
}

function ownKeys(command: CommandEvent, allRegions: readonly string[]): OutcomeKey[] {
  const { slice, judged } = command;
  const { event, recorded } = judged;
  const { scope, home } = event ? eventDefinition(event.type) : {};
  if (event && scope) return keysIn(allRegions, scope(event), command);
  // Stored where the wallet's next event went, which a rehoming changes.
  return keysIn([event && home ? home(event) : recorded.region], slice.walletId, command);
}

function isAstray({ judged: { event }, requestHash, outcome }: CommandEvent): boolean {
  return event !== undefined && outcome?.requestHash !== requestHash;
}

function keysIn(
  regions: readonly string[],
  walletId: string,
  { key: idempotencyKey, caller }: Pick<CommandEvent, 'key' | 'caller'>,
): OutcomeKey[] {
  const callers = caller === '' ? [''] : [caller, ''];
  return regions.flatMap((region) => callers.map((each) => ({ region, walletId, idempotencyKey, caller: each })));
}

function positionOf({ judged }: CommandEvent): string {
  return judged.recorded.position;
}

function metadataOf({ judged }: CommandEvent): string {
  return judged.recorded.metadata;
}
