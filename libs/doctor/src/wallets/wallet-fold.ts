import { chain, CHAIN_START, domainEvent, type EventMetadata, type RecordedEvent } from '@tidemark/event-store';
import {
  canonicalEvent,
  eventDefinition,
  EventFromTheFuture,
  evolve,
  initialState,
  type Wallet,
  type WalletEvent,
} from '@tidemark/wallet';
import type { Report } from '../finding.js';

/** One event as far as it can be understood. */
export interface JudgedEvent {
  readonly recorded: RecordedEvent;
  /** Undefined where it cannot be read, which is reported already. */
  readonly event: WalletEvent | undefined;
  readonly metadata: EventMetadata | undefined;
  /** The wallet before it; undefined where that is not known. */
  readonly before: Wallet | undefined;
  /** The wallet after it; undefined after a hole or an event that cannot be read. */
  readonly after: Wallet | undefined;
}

/** Where a wallet lives and has lived, as the directory should have it. */
export interface WalletHomes {
  readonly region: string;
  readonly formerRegions: readonly string[];
}

/**
 * Folds a wallet from its first event, and reports what is wrong with the stream itself on the way: `versions_contiguous`,
 * `hash_chain`, `event_decodes`.
 */
export class WalletFold {
  version: number;
  wallet: Wallet | undefined;
  homes: WalletHomes | undefined;
  /**
   * What the next hash may be chained to: the hash that is stored and, where it is wrong, the one that should be. So one
   * changed event is one finding. Empty after a hole.
   */
  private links: readonly string[];

  /**
   * @param region where the wallet's first event is
   * @param startsAfter the version that the stream is known to have lost everything up to; 0 for a whole one
   */
  constructor(
    readonly walletId: string,
    readonly region: string,
    private readonly report: Report,
    startsAfter = 0,
  ) {
    this.version = startsAfter;
    this.wallet = startsAfter === 0 ? initialState : undefined;
    this.links = startsAfter === 0 ? [CHAIN_START] : [];
  }

  /** @returns undefined for a version that was there already @throws EventFromTheFuture when it needs a newer Tidemark */
  take(recorded: RecordedEvent): JudgedEvent | undefined {
    const { version, region } = recorded;
    if (version <= this.version) {
      this.find(
        'versions_contiguous',
        version,
        `version ${version} is there twice, the second time in region ${region}`,
      );
      return undefined;
    }
    if (version > this.version + 1) this.missing(this.version + 1, version - 1);
    this.version = version;
    const chained = this.link(recorded);
    const event = this.read(() => domainEvent(recorded), chained);
    const metadata = this.read(() => metadataOf(recorded), chained);
    const before = this.wallet;
    this.wallet = this.fold(event, recorded.recordedAt);
    this.homes = event && homesAfter(this.homes, event, region);
    return { recorded, event, metadata, before, after: this.wallet };
  }

  private missing(first: number, last: number): void {
    const versions = first === last ? `version ${first} is` : `versions ${first} to ${last} are`;
    this.find('versions_contiguous', first, `${versions} missing: version ${last + 1} is there`);
    this.wallet = this.homes = undefined;
    this.links = [];
  }

  private link(event: RecordedEvent): boolean {
    const { walletId, version, recordedAt, metadata, hash } = event;
    const canonical = canonicalEvent(walletId, version, event, recordedAt, metadata);
    const expected = this.links.map((link) => chain(link, canonical));
    const chained = expected.length === 0 || expected.includes(hash);
    if (!chained) {
      const found = `expected ${expected[0]}, found ${hash}`;
      this.find('hash_chain', version, `the hash of ${event.type} does not fit it and the event before: ${found}`);
    }
    this.links = chained ? [hash] : [hash, ...expected];
    return chained;
  }

  private fold(event: WalletEvent | undefined, at: string): Wallet | undefined {
    if (!event || !this.wallet) return undefined;
    const before = this.wallet;
    return this.read(() => evolve(before, event, at), true);
  }

  /** An event of a newer version is not a defect of the log, unless its hash is wrong: this version is too old to check it. */
  private read<T>(work: () => T, chained: boolean): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof EventFromTheFuture && chained) throw error;
      this.find('event_decodes', this.version, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private find(invariant: string, version: number, message: string): void {
    this.report({ invariant, walletId: this.walletId, version, message });
  }
}

function metadataOf({ metadata }: RecordedEvent): EventMetadata {
  const { idempotencyKey, requestHash } = JSON.parse(metadata) as Partial<EventMetadata>;
  if (typeof idempotencyKey === 'string' && typeof requestHash === 'string')
    return JSON.parse(metadata) as EventMetadata;
  throw new Error('its metadata names no idempotency key and request hash');
}

/**
 * Where a wallet lives and has lived after an event that was written in a region.
 *
 * @returns undefined where an opening or a move before it could not be read
 */
export function homesAfter(
  before: WalletHomes | undefined,
  event: WalletEvent,
  region: string,
): WalletHomes | undefined {
  const { home, opens } = eventDefinition(event.type);
  if (!home) return before;
  const next = home(event);
  if (opens) return { region: next, formerRegions: [] };
  if (!before) return before;
  const stays = before.formerRegions.filter((former) => former !== next && former !== region);
  return { region: next, formerRegions: [...stays, region] };
}
