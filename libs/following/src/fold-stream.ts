import type { Database } from '@tidemark/database';
import { domainEvent, readWalletEvents, shardOf, type ProjectedEvent } from '@tidemark/event-store';
import { EventFromTheFuture, type WalletEvent } from '@tidemark/wallet';
import type { Addition, Line, Projection, WalletRow } from '@tidemark/projections';
import { LogBroken, type Stream } from './page.js';

/** Events read at once of a wallet whose past is elsewhere. */
const HISTORY_PAGE = 1_000;

/** A wallet that a build cannot continue: the first event that is not applied, and the reason. */
export interface Stuck {
  readonly walletId: string;
  readonly version: number;
  readonly reason: string;
}

/** The changes of the events of one wallet, up to the first event that could not be applied. */
export interface Folded {
  readonly row: WalletRow | undefined;
  readonly lines: readonly Line[];
  readonly additions: readonly Addition[];
  /** How many were applied. */
  readonly events: number;
  readonly stuck: Stuck | undefined;
}

/** An event of a newer version: the data is correct, but this worker is too old for the shard. */
export class ShardFromTheFuture extends Error {
  override readonly name = 'ShardFromTheFuture';
  constructor(
    readonly shard: number,
    cause: EventFromTheFuture,
  ) {
    super(cause.message, { cause });
  }
}

/** Decodes each event once for all builds. */
export class Decoder {
  private readonly decoded = new WeakMap<ProjectedEvent, WalletEvent>();

  /** @throws EventFromTheFuture; Error for one that is damaged */
  decode(recorded: ProjectedEvent): WalletEvent {
    let event = this.decoded.get(recorded);
    if (!event) this.decoded.set(recorded, (event = domainEvent(recorded)));
    return event;
  }
}

/**
 * Applies one wallet's part of a page. Lines and sums come from events of the region only: those that a wallet brought
 * from elsewhere were counted there. Its row needs them all the same, so they are looked up in the log.
 *
 * @param before the wallet's row in this region
 * @throws ShardFromTheFuture; whatever the database says
 */
export async function foldStream(
  database: Pick<Database, 'query' | 'engine'>,
  projection: Projection,
  walletId: string,
  { promised, events }: Omit<Stream, 'shard'>,
  before: WalletRow | undefined,
  decoder: Decoder,
): Promise<Folded> {
  const fold = new WalletFold(projection, walletId, before, decoder);
  try {
    if (before && before.state === undefined) await refold(database, fold, before.version);
    for (const { firstVersion, lastVersion } of promised) {
      for (let version = firstVersion; version <= lastVersion; version++) {
        if (fold.has(version)) continue;
        const event = events.get(version);
        if (!event) throw fold.missing(version);
        if (fold.needsBefore(version)) await catchUp(database, fold, event);
        fold.apply(event, true);
      }
    }
  } catch (error) {
    if (error instanceof EventFromTheFuture) throw new ShardFromTheFuture(shardOf(walletId), error);
    if (!(error instanceof CannotApply) && !(error instanceof LogBroken)) throw error;
    return { ...fold.take(), stuck: fold.stuck(error.message) };
  }
  return { ...fold.take(), stuck: undefined };
}

/** The state of a row that an earlier version of the code encoded otherwise. */
async function refold(database: Pick<Database, 'query' | 'engine'>, fold: WalletFold, upTo: number): Promise<void> {
  for await (const event of history(database, fold.walletId, 0, upTo)) fold.apply(event, false);
}

/** The versions between a row and an event, in any region: a wallet that was rehomed has its past elsewhere. */
async function catchUp(
  database: Pick<Database, 'query' | 'engine'>,
  fold: WalletFold,
  { region, version }: ProjectedEvent,
): Promise<void> {
  for await (const event of history(database, fold.walletId, fold.version, version - 1)) {
    fold.apply(event, event.region === region);
  }
}

async function* history(
  database: Pick<Database, 'query' | 'engine'>,
  walletId: string,
  after: number,
  upTo: number,
): AsyncGenerator<ProjectedEvent> {
  for (let version = after; version < upTo;) {
    const limit = Math.min(HISTORY_PAGE, upTo - version);
    const events = await readWalletEvents(database, { walletId, after: version, limit });
    if (events.length < limit || events[0]!.version !== version + 1 || events.at(-1)!.version !== version + limit) {
      throw new LogBroken(`versions ${version + 1} to ${version + limit} are not all in the log`);
    }
    yield* events;
    version += limit;
  }
}

/** The pure function refused an event, or the event itself is damaged. */
class CannotApply extends Error {
  override readonly name = 'CannotApply';
}

/** Applies the events of one wallet, one after the other. */
export class WalletFold {
  /** Of the last event applied. */
  version: number;
  private state: unknown;
  private row: WalletRow | undefined;
  private next: number;
  private lines: Line[] = [];
  private additions: Addition[] = [];
  private events = 0;

  /** @param before the wallet's row in the region that is followed */
  constructor(
    private readonly projection: Projection,
    readonly walletId: string,
    before: WalletRow | undefined,
    private readonly decoder: Decoder,
  ) {
    this.state = before?.state;
    this.version = before && before.state !== undefined ? before.version : 0;
    this.next = this.version + 1;
  }

  /** Whether an event went into the row already. Without a row the checkpoint alone says so. */
  has(version: number): boolean {
    return this.projection.state !== undefined && version <= this.version;
  }

  /** Whether versions are missing before this one. */
  needsBefore(version: number): boolean {
    return this.projection.state !== undefined && version > this.version + 1;
  }

  /**
   * @param counts whether its lines and sums are to be written
   * @throws EventFromTheFuture, CannotApply
   */
  apply(recorded: ProjectedEvent, counts: boolean): void {
    const { walletId, version, position } = recorded;
    this.next = version;
    const { state, lines = [], totals = [] } = this.applied(recorded);
    this.events++;
    this.version = version;
    this.next = version + 1;
    const shard = shardOf(walletId);
    this.state = state;
    if (this.projection.state) this.row = { walletId, shard, version, position, state };
    if (!counts) return;
    lines.forEach((values, i) => this.lines.push({ walletId, version, line: i + 1, position, values }));
    for (const values of totals) this.additions.push({ shard, values });
  }

  /** Hands over what has been made since the last time. */
  take(): Omit<Folded, 'stuck'> {
    const { row, lines, additions, events } = this;
    [this.row, this.lines, this.additions, this.events] = [undefined, [], [], 0];
    return { row, lines, additions, events };
  }

  /** A version that a commit names and the log lacks. A projection without versions takes the next one. */
  missing(version: number): LogBroken {
    if (!this.projection.state) this.next = version;
    return new LogBroken(`version ${version} is not in the log, and a commit says it is`);
  }

  /** Records that the wallet's next event cannot be applied. */
  stuck(reason: string): Stuck {
    return { walletId: this.walletId, version: this.next, reason };
  }

  private applied(recorded: ProjectedEvent): ReturnType<Projection['apply']> {
    try {
      return this.projection.apply(this.state, this.decoder.decode(recorded), recorded);
    } catch (error) {
      if (error instanceof EventFromTheFuture) throw error;
      throw new CannotApply(`${recorded.type}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
