import type { Region } from './regions.js';

/** A longer round trip would reach CockroachDB's time-outs for heartbeats, and test only those. */
export const ROUND_TRIP_MS_MAX = 1_000;

/** The region that a connection comes from; undefined if it is unknown. */
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

  /** Half of a round trip: the delay in each direction of a connection. */
  get oneWayMs(): number {
    return this.#roundTripMs / 2;
  }

  /** Whether the connection is cut. While any region is cut, a connection of unknown origin is cut too: it may be from that region. */
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

  /** @returns a function that stops watching */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  #changed(): void {
    for (const changed of this.#watchers) changed();
  }
}
