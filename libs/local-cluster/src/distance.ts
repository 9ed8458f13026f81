import type { Region } from './regions.js';

/** A round trip beyond this would run into CockroachDB's own time-outs for heartbeats, and test those. */
export const ROUND_TRIP_MS_MAX = 1_000;

/** Who a connection comes from; undefined where that cannot be told. */
export type Origin = Region | undefined;

/** The current delay and cuts between the regions. */
export class Distance {
  #roundTripMs = 0;
  readonly #cut = new Set<Region>();
  readonly #watchers = new Set<() => void>();

  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  get cut(): readonly Region[] {
    return [...this.#cut];
  }

  /** Half of a round trip: what each direction of a connection waits. */
  get oneWayMs(): number {
    return this.#roundTripMs / 2;
  }

  /** Whether nothing gets through. From an unknown origin nothing does while any region is cut: it may be that one. */
  severed(from: Origin, to: Region): boolean {
    if (from === undefined) return this.#cut.size > 0;
    return this.#cut.has(from) || this.#cut.has(to);
  }

  /** @param roundTripMs 0 to {@link ROUND_TRIP_MS_MAX} */
  slow(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
    this.#changed();
  }

  cutOff(region: Region): void {
    this.#cut.add(region);
    this.#changed();
  }

  /** Ends every cut. The delay stays. */
  heal(): void {
    this.#cut.clear();
    this.#changed();
  }

  /** @returns stops the watching */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  #changed(): void {
    for (const changed of this.#watchers) changed();
  }
}
