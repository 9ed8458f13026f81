import type { Position, ProjectedEvent } from '@tidemark/event-store';
import { type Decoder, WalletFold } from '@tidemark/following';
import type { Build, Line, Projection, WalletRow } from '@tidemark/projections';
import type { Difference, DifferenceKind } from './difference.js';

/** What a build holds of one wallet. */
export interface Held {
  readonly build: Build;
  readonly row: WalletRow | undefined;
  /** Set for a row that cannot be decoded: its stored values, from `rawRows`. */
  readonly raw: string | undefined;
  /** Up to here the build has followed the wallet's shard. */
  readonly cutoff: Position;
  /** The first version that a parked wallet lacks. */
  readonly parkedAt: number | undefined;
  readonly report: (difference: Difference) => void;
}

/** Compares one wallet's rows and lines in the builds with its events. */
export class WalletCheck {
  private readonly fold: WalletFold;
  private readonly compared = new Set<Held>();
  /** The last version of this region that each build must have seen. */
  private readonly due = new Map<Held, number>();
  private broken = false;

  constructor(
    private readonly projection: Projection,
    readonly walletId: string,
    private readonly region: string,
    private readonly held: readonly Held[],
    decoder: Decoder,
  ) {
    this.fold = new WalletFold(projection, walletId, undefined, decoder);
    for (const each of held) {
      if (each.parkedAt === undefined) continue;
      this.say(each, 'wallet_parked', each.parkedAt, null, null);
    }
  }

  /** Up to which version events are wanted that are not among the region's own. */
  needsBefore(version: number): boolean {
    return this.fold.needsBefore(version);
  }

  get version(): number {
    return this.fold.version;
  }

  /** The furthest version that any build has of it. */
  get wanted(): number {
    return Math.max(0, ...this.held.map(({ row }) => row?.version ?? 0));
  }

  /**
   * @param lines what each build holds for this event
   * @returns what the event makes, for sums
   */
  next(event: ProjectedEvent, lines: ReadonlyMap<Held, readonly Line[]>): ReturnType<WalletFold['take']> | undefined {
    if (this.broken) return undefined;
    try {
      this.fold.apply(event, event.region === this.region);
    } catch (error) {
      this.broken = true;
      const reason = error instanceof Error ? error.message : String(error);
      for (const each of this.held) {
        if (each.parkedAt === undefined) this.say(each, 'event_not_applicable', event.version, reason, null);
      }
      return undefined;
    }
    const made = this.fold.take();
    for (const each of this.held) this.compare(each, event, made, lines.get(each) ?? []);
    return made;
  }

  /** Call it after the last event. */
  end(): void {
    if (!this.projection.state || this.broken) return;
    for (const each of this.held) {
      const due = this.due.get(each) ?? 0;
      if (each.parkedAt !== undefined || due === 0) continue;
      if (!each.row) this.say(each, 'row_missing', due, null, null);
      else if (each.row.version < due) this.say(each, 'row_behind', each.row.version, String(due), null);
      else if (!this.compared.has(each))
        this.say(each, 'row_differs', each.row.version, null, this.found(each, each.row));
    }
  }

  private compare(
    held: Held,
    event: ProjectedEvent,
    made: ReturnType<WalletFold['take']>,
    lines: readonly Line[],
  ): void {
    const { row, cutoff, parkedAt } = held;
    const due = event.region === this.region && event.position <= cutoff && event.version < (parkedAt ?? Infinity);
    if (due) this.due.set(held, event.version);
    if (row?.version === event.version && made.row) {
      this.compared.add(held);
      const [expected, found] = [encoded(this.projection, made.row), this.found(held, row)];
      if (expected !== found) this.say(held, 'row_differs', event.version, expected, found);
      else if (event.position !== row.position)
        this.say(held, 'row_differs', event.version, atPosition(event), atPosition(row));
    }
    if (!due) return;
    const expected = new Map(made.lines.map(({ line, values }) => [line, JSON.stringify(values)]));
    for (const { line, values, position } of lines) {
      const found = position === event.position ? JSON.stringify(values) : atPosition({ position });
      const wanted = expected.get(line);
      expected.delete(line);
      if (wanted === undefined) this.say(held, 'line_without_event', event.version, null, found);
      else if (wanted !== found) this.say(held, 'line_differs', event.version, wanted, found);
    }
    for (const wanted of expected.values()) this.say(held, 'line_missing', event.version, wanted, null);
  }

  private found({ raw }: Held, row: WalletRow): string {
    return raw ?? encoded(this.projection, row);
  }

  private say(
    { build, report }: Held,
    kind: DifferenceKind,
    version: number,
    expected: string | null,
    found: string | null,
  ): void {
    const { region, walletId } = this;
    report({ generation: build.generation, region, walletId, kind, version, expected, found });
  }
}

/** The place in the log, which callers wait for. */
function atPosition({ position }: { readonly position: Position }): string {
  return JSON.stringify({ position });
}

/** A row as its table stores it; null for a state that cannot be decoded, or that another version of the code encoded. */
export function encoded({ state: table }: Projection, { state }: WalletRow): string {
  return state === undefined || !table ? 'null' : JSON.stringify(table.encode(state));
}
