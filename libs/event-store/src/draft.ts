import {
  canonicalEvent,
  decide,
  encodeEvent,
  eventDefinition,
  evolve,
  factChangesOf,
  homeAfter,
  openingsIn,
  scopeOf,
  statusOf,
  toldBy,
  walletsOf,
  type AddressedEvent,
  type FactChange,
  type Wallet,
  type WalletCommand,
} from '@tidemark/wallet';
import type { CommandRequest } from './command-request.js';
import { chain, CHAIN_START } from './hash-chain.js';
import { balancesView } from './balances-view.js';
import type { AcceptedResult, RejectedResult, WalletView } from './outcome.js';
import type { EventMetadata } from './recorded-event.js';
import { shardOf } from './shard.js';

/** The newest state of a wallet in memory: its next event is decided on it and chained to it. Immutable. */
export interface WalletHead {
  readonly walletId: string;
  /** The home region; the one it is to be opened in while `wallet.status` is `absent`. */
  readonly region: string;
  readonly wallet: Wallet;
  readonly hash: string;
  readonly recordedAt: string;
  /** Its known facts, read from the database or stated by later events, by key. */
  readonly facts?: ReadonlyMap<string, KnownFact> | undefined;
  /** Whether it may have outcomes of before keys belonged to callers: it was opened by a Tidemark that knew of no callers. */
  readonly keysBeforeCallers: boolean;
}

/** A fact as it stands at the version of its head. */
export interface KnownFact {
  /** JSON; undefined where nothing is stored under the key. */
  readonly value: string | undefined;
  /** Version of the event that stated it in this process; 0 for a fact that was read. */
  readonly version: number;
}

/** A row of `wallet_events` before the database gives it a position. */
export interface EventDraft {
  readonly region: string;
  readonly walletId: string;
  readonly version: number;
  readonly shard: number;
  readonly recordedAt: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly metadata: string;
  readonly hash: string;
  /** The facts that it states, by key. */
  readonly facts?: readonly FactChange[] | undefined;
}

/** A version that must still be free, so that an answer without events is not outdated. */
export interface Guard {
  readonly region: string;
  readonly walletId: string;
  readonly version: number;
}

export type DraftResult = Omit<AcceptedResult, 'position'> | RejectedResult;

/** A command decided in memory: the rows that the flush writes for it, and the heads after it. */
export interface Draft {
  readonly request: CommandRequest;
  /** Region and wallet that the outcome is stored under. */
  readonly region: string;
  readonly scope: string;
  /** As `WalletHead` has it, of the scope. */
  readonly keysBeforeCallers: boolean;
  readonly recordedAt: string;
  readonly result: DraftResult;
  readonly events: readonly EventDraft[];
  readonly guards: readonly Guard[];
  readonly heads: readonly WalletHead[];
}

/** The head of a wallet that the directory does not know. */
export function absentHead(walletId: string, region: string, wallet: Wallet): WalletHead {
  return { walletId, region, wallet, hash: CHAIN_START, recordedAt: '', keysBeforeCallers: false };
}

/** The region that a command opens a wallet in; empty where it does not open it. */
export function openedIn(command: WalletCommand, walletId: string): string {
  const opening = openingsIn(command).find((one) => scopeOf(one) === walletId);
  return (opening && homeAfter(opening)) ?? '';
}

/** Whether a rejection is that the wallet is missing which its outcome would be stored under. */
export function isUnknownScope({ scope, result }: Pick<Draft, 'scope' | 'result'>): boolean {
  return result.kind === 'rejected' && result.code === 'wallet_not_found' && result.details['walletId'] === scope;
}

/**
 * Decides a command on the heads given.
 *
 * @param clock ISO 8601, UTC, milliseconds. The events carry it, or the time of the last event of a wallet that they touch,
 *   where that is later: recorded time never decreases along a wallet.
 */
export function draft(request: CommandRequest, headOf: (walletId: string) => WalletHead, clock: string): Draft {
  const { command } = request;
  const scope = scopeOf(command);
  const { keysBeforeCallers } = headOf(scope);
  let now = clock;
  for (const walletId of walletsOf(command)) {
    const { recordedAt } = headOf(walletId);
    if (recordedAt > now) now = recordedAt;
  }
  const common = { request, scope, keysBeforeCallers, recordedAt: now };
  const decision = decide(command, {
    walletOf: (walletId) => headOf(walletId).wallet,
    now,
    storedAt: (address) => known(headOf(address.walletId), address.key),
  });
  if (decision.kind === 'rejected') {
    const { code, details } = decision.rejection;
    const guards = walletsOf(command).map((walletId) => guardOf(headOf(walletId)));
    const result: DraftResult = { kind: 'rejected', code, details: JSON.parse(JSON.stringify(details)) };
    return { ...common, region: headOf(scope).region, result, events: [], guards, heads: [] };
  }
  const { events, heads } = chainEvents(request, decision.events, headOf, now);
  const told = toldBy(command, decision.events);
  const result: DraftResult = {
    kind: 'accepted',
    wallets: heads.map((head) => viewOf(head, now)),
    ...(told && { told }),
  };
  // A wallet's outcomes are where its next event will be, which an opening and a rehoming say themselves.
  const region = homeAfter(command) ?? headOf(scope).region;
  return { ...common, region, result, events, guards: [], heads };
}

function chainEvents(
  { idempotencyKey, requestHash, caller, requestId }: CommandRequest,
  addressed: readonly AddressedEvent[],
  headOf: (walletId: string) => WalletHead,
  now: string,
): Pick<Draft, 'events' | 'heads'> {
  const metadata = JSON.stringify({ caller, idempotencyKey, requestHash, requestId } satisfies MetadataJson);
  const moved = new Map<string, WalletHead>();
  const events = addressed.map(({ walletId, event }): EventDraft => {
    const head = moved.get(walletId) ?? headOf(walletId);
    const wallet = evolve(head.wallet, event, now);
    const { opens } = eventDefinition(event.type);
    const region = opens ? wallet.homeRegion : head.region;
    const encoded = encodeEvent(event);
    const { type, schemaVersion, data } = encoded;
    const { version } = wallet;
    const hash = chain(head.hash, canonicalEvent(walletId, version, encoded, now, metadata));
    const { keysBeforeCallers } = head;
    const said = factChangesOf(event);
    const facts = said ? withFacts(head, said, version) : head.facts;
    moved.set(walletId, {
      walletId,
      region: wallet.homeRegion,
      wallet,
      hash,
      recordedAt: now,
      keysBeforeCallers,
      facts,
    });
    const shard = shardOf(walletId);
    const row = { region, walletId, version, shard, recordedAt: now, type, schemaVersion, data, metadata, hash };
    return said ? { ...row, facts: said } : row;
  });
  return { events, heads: [...moved.values()] };
}

function known({ facts, walletId }: WalletHead, key: string): string | undefined {
  const fact = facts?.get(key);
  if (fact) return fact.value;
  throw new Error(`wallet ${walletId}: the fact ${key} was not read before the decision`);
}

/** @throws Error for a key that the command did not name: another command could read it meanwhile and miss the change */
function withFacts(head: WalletHead, said: readonly FactChange[], version: number): WalletHead['facts'] {
  const facts = new Map(head.facts);
  for (const { key, value } of said) {
    known(head, key);
    facts.set(key, { value, version });
  }
  return facts;
}

type MetadataJson = { [K in keyof EventMetadata]: EventMetadata[K] | undefined };

function guardOf({ region, walletId, wallet }: WalletHead): Guard {
  return { region, walletId, version: wallet.version + 1 };
}

function viewOf({ walletId, wallet }: WalletHead, now: string): WalletView {
  const { version, homeRegion } = wallet;
  return { walletId, status: statusOf(wallet), homeRegion, version, balances: balancesView(wallet, now) };
}
