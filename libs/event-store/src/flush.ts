import { commandDefinition, homeAfter, scopeOf } from '@tidemark/wallet';
import type { Draft, EventDraft, Guard } from './draft.js';

/**
 * The rows of one statement, in the order of their keys within a region. So two processes that write the same wallets lock them
 * in the same order and cannot deadlock. Between regions an order does not prevent deadlocks, because CockroachDB writes to both at
 * once. But CockroachDB keeps the transaction record in the region of the first row, and the commit waits for it. So the region
 * that the commands were sent to comes first: this saves one round trip in a transfer to another region.
 */
export interface FlushRows {
  readonly openings: readonly { readonly walletId: string; readonly region: string }[];
  /** Wallets that leave a region for another. */
  readonly moves: readonly { readonly walletId: string; readonly from: string; readonly to: string }[];
  readonly events: readonly EventDraft[];
  /** The last that was said under each key. */
  readonly facts: readonly FactRow[];
  readonly outcomes: readonly OutcomeRow[];
  /** One row for each region touched: JSON `[[walletId, first version, last version], …]`. */
  readonly commits: readonly { readonly region: string; readonly appended: string }[];
}

export interface FactRow {
  readonly region: string;
  readonly walletId: string;
  readonly key: string;
  readonly version: number;
  readonly value: string;
}

export interface OutcomeRow {
  readonly region: string;
  readonly walletId: string;
  readonly idempotencyKey: string;
  readonly caller: string;
  /** The key again where an outcome of no caller may be stored under it, from before keys belonged to callers; else null. */
  readonly oldKey: string | null;
  readonly requestHash: string;
  readonly recordedAt: string;
  /** JSON of the first answer, without its position. */
  readonly result: string;
  readonly appends: boolean;
  readonly guards: readonly Guard[];
}

/** Rows of all the drafts of a flush; drafts of one wallet must follow one another as they were decided. */
export function rowsOf(drafts: readonly Draft[]): FlushRows {
  const byWallet = new Map<string, EventDraft[]>();
  for (const { events } of drafts) {
    for (const event of events) {
      const sameWallet = byWallet.get(event.walletId);
      if (sameWallet) sameWallet.push(event);
      else byWallet.set(event.walletId, [event]);
    }
  }
  const away = (walletId: string) => Number(byWallet.get(walletId)![0]!.region !== drafts[0]!.region);
  const walletIds = [...byWallet.keys()].sort().sort((a, b) => away(a) - away(b));
  const streams = walletIds.map((walletId) => byWallet.get(walletId)!);
  return {
    openings: streams.flatMap(([first]) => openingOf(first!)),
    moves: drafts.flatMap(moveOf),
    events: streams.flat(),
    facts: streams.flatMap(factsIn),
    outcomes: drafts.map((each) => outcomeOf(each, byWallet)).sort(byKey),
    commits: commitsOf(streams),
  };
}

function openingOf({ walletId, region, version }: EventDraft): FlushRows['openings'] {
  return version === 1 ? [{ walletId, region }] : [];
}

function factsIn(stream: readonly EventDraft[]): FactRow[] {
  if (!stream.some(({ facts }) => facts)) return [];
  const last = new Map<string, FactRow>();
  for (const { region, walletId, version, facts = [] } of stream) {
    for (const { key, value } of facts) last.set(key, { region, walletId, key, version, value });
  }
  return [...last.values()];
}

function moveOf({ request: { command }, events }: Draft): FlushRows['moves'] {
  const home = homeAfter(command);
  if (home === undefined || commandDefinition(command.type).opens || events.length === 0) return [];
  return [{ walletId: scopeOf(command), from: events[0]!.region, to: home }];
}

function outcomeOf(each: Draft, appended: ReadonlyMap<string, unknown>): OutcomeRow {
  const { idempotencyKey, caller, requestHash } = each.request;
  return {
    region: each.region,
    walletId: each.scope,
    idempotencyKey,
    caller,
    oldKey: each.keysBeforeCallers ? idempotencyKey : null,
    requestHash,
    recordedAt: each.recordedAt,
    result: JSON.stringify(each.result),
    appends: each.events.length > 0,
    // If the flush appends to the wallet, the primary key of the event is the guard.
    guards: each.guards.filter(({ walletId }) => !appended.has(walletId)),
  };
}

function byKey(a: OutcomeRow, b: OutcomeRow): number {
  if (a.walletId !== b.walletId) return a.walletId < b.walletId ? -1 : 1;
  if (a.idempotencyKey !== b.idempotencyKey) return a.idempotencyKey < b.idempotencyKey ? -1 : 1;
  return a.caller < b.caller ? -1 : 1;
}

function commitsOf(streams: readonly (readonly EventDraft[])[]): FlushRows['commits'] {
  const byRegion = new Map<string, [string, number, number][]>();
  for (const stream of streams) {
    const { region, walletId, version } = stream[0]!;
    const entry: [string, number, number] = [walletId, version, stream.at(-1)!.version];
    const sameRegion = byRegion.get(region);
    if (sameRegion) sameRegion.push(entry);
    else byRegion.set(region, [entry]);
  }
  return [...byRegion].map(([region, appended]) => ({ region, appended: JSON.stringify(appended) }));
}
