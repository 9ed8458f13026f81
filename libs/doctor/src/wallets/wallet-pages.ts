import { readWalletVersions, type RecordedEvent } from '@tidemark/event-store';
import type { Scope } from '../scope.js';
import { ownedWallets, type Owned } from './ownership.js';
import type { WalletSlice } from './page.js';
import { EVENTS_AT_ONCE, regionRows, walletRows } from './rows.js';
import { WalletFold, type JudgedEvent } from './wallet-fold.js';

/**
 * The wallets that began in a region (or the one that was asked for), folded, a page of slices at a time. What a wallet
 * has in other regions is fetched where it belongs.
 *
 * A wallet belongs to the region of its first event, which never changes while this looks: its home may.
 *
 * @param seen gets every event of the region, of whatever wallet
 */
export async function* walletPages(
  scope: Scope,
  region: string,
  seen: (events: readonly RecordedEvent[]) => void,
): AsyncGenerator<readonly WalletSlice[]> {
  const alone = scope.walletId !== undefined;
  const pages = new Pages(scope, alone ? [] : scope.allRegions.filter((other) => other !== region));
  let skipped: string | undefined;
  for await (const rows of alone ? walletRows(scope) : regionRows(scope, region)) {
    seen(rows);
    const starts = [...startsIn(rows, skipped ?? pages.walletId)];
    const owned = alone ? wholeWallets(starts) : await ownedWallets(scope, starts);
    for (const event of rows) {
      const { walletId } = event;
      if (walletId === skipped) continue;
      if (walletId !== pages.walletId) {
        yield* pages.finish();
        const own = owned.get(walletId);
        skipped = own ? undefined : walletId;
        if (!own) continue;
        pages.begin(new WalletFold(walletId, event.region, scope.report, own.startsAfter));
      }
      yield* pages.add(event);
    }
    yield* pages.flush();
  }
  yield* pages.finish();
  yield* pages.flush();
}

function wholeWallets(starts: readonly RecordedEvent[]): Map<string, Owned> {
  return new Map(starts.map(({ walletId }) => [walletId, { startsAfter: 0 }]));
}

/** The first event of each wallet that begins in these rows. */
function* startsIn(rows: readonly RecordedEvent[], goesOn: string | undefined): Generator<RecordedEvent> {
  let last = goesOn;
  for (const event of rows) {
    if (event.walletId !== last) yield event;
    last = event.walletId;
  }
}

/** Slices in the making. */
class Pages {
  private fold: WalletFold | undefined;
  private slices: WalletSlice[] = [];
  private events: JudgedEvent[] = [];
  private before: WalletSlice['before'];
  private size = 0;

  constructor(
    private readonly scope: Scope,
    private readonly otherRegions: readonly string[],
  ) {}

  get walletId(): string | undefined {
    return this.fold?.walletId;
  }

  begin(fold: WalletFold): void {
    this.fold = fold;
    this.before = fold.wallet;
  }

  /** Takes the next row of the wallet, after what stands between in other regions or was put at another position. */
  async *add(event: RecordedEvent): AsyncGenerator<readonly WalletSlice[]> {
    const fold = this.fold!;
    if (event.version > fold.version + 1) {
      yield* this.fetch(this.scope.allRegions, { before: event.version, upTo: undefined });
    }
    yield* this.take(event);
  }

  /** Ends the wallet, if there is one: what of it is in other regions, and its last slice. */
  async *finish(): AsyncGenerator<readonly WalletSlice[]> {
    const { fold } = this;
    if (!fold) return;
    if (fold.homes?.region !== fold.region && this.otherRegions.length > 0) {
      yield* this.fetch(this.otherRegions, { upTo: this.scope.audit.position });
    }
    this.cut(true);
    this.fold = undefined;
  }

  *flush(): Generator<readonly WalletSlice[]> {
    if (this.events.length > 0) this.cut(false);
    if (this.slices.length > 0) yield this.slices;
    [this.slices, this.size] = [[], 0];
  }

  private async *fetch(
    regions: readonly string[],
    { before, upTo }: { before?: number; upTo: string | undefined },
  ): AsyncGenerator<readonly WalletSlice[]> {
    const { walletId } = this.fold!;
    for (let after = this.fold!.version; ;) {
      this.scope.signal.throwIfAborted();
      const limit = EVENTS_AT_ONCE;
      const found = await this.scope.audit.read((reader) =>
        readWalletVersions(reader, { regions, walletId, after, ...(before !== undefined && { before }), limit }),
      );
      const judged = found.filter(({ position }) => upTo === undefined || position <= upTo);
      for (const event of judged) yield* this.take(event);
      if (judged.length === 0) return;
      after = found.at(-1)!.version;
    }
  }

  private *take(event: RecordedEvent): Generator<readonly WalletSlice[]> {
    const judged = this.fold!.take(event);
    if (judged) {
      this.events.push(judged);
      this.size++;
    }
    if (this.size >= EVENTS_AT_ONCE) yield* this.flush();
  }

  private cut(last: boolean): void {
    const { walletId, region, version, homes, wallet } = this.fold!;
    this.slices.push({ walletId, region, events: this.events, before: this.before, last, version, homes });
    this.events = [];
    this.before = wallet;
  }
}
