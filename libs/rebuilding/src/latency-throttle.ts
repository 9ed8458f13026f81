import { setTimeout as sleep } from 'node:timers/promises';

/** A rebuild may make the database's writes so many times as slow as they were before it began. */
export const LATENCY_RATIO_MAX = 1.5;

const BASELINE_PROBES = 15;
/** The median of so many probes is what is compared: one slow write says nothing. */
const RECENT_PROBES = 5;
const PAUSE_MS_MIN = 5;
/** Even where writes stay slow for reasons of their own, a build goes on: some ten thousand events a second. */
const PAUSE_MS_MAX = 250;
/** So much slower nobody notices, however quick writes were before. */
const SLACK_MS = 2;

/**
 * Holds a rebuild back so that writers do not feel it. It is steered by what it is to protect and not by a fixed pause:
 * a small write of its own is timed before the build and after each page; while that takes too long, pauses double, and
 * else they halve.
 */
export class LatencyThrottle {
  private readonly recent: number[] = [];
  private pauseMs = 0;

  private constructor(
    private readonly probe: () => Promise<number>,
    private readonly baselineMs: number,
    private readonly ratioMax: number,
    private readonly wait: (milliseconds: number) => Promise<unknown>,
  ) {}

  /** @param probe milliseconds that a small write takes */
  static async measuring(
    probe: () => Promise<number>,
    { ratioMax = LATENCY_RATIO_MAX, wait = (milliseconds: number) => sleep(milliseconds) as Promise<unknown> } = {},
  ): Promise<LatencyThrottle> {
    const probes: number[] = [];
    for (let i = 0; i < BASELINE_PROBES; i++) probes.push(await probe());
    return new LatencyThrottle(probe, median(probes), ratioMax, wait);
  }

  /** Resolves when the build may go on. */
  async goOn(): Promise<void> {
    this.recent.push(await this.probe());
    if (this.recent.length > RECENT_PROBES) this.recent.shift();
    const slow = median(this.recent) > Math.max(this.baselineMs * this.ratioMax, this.baselineMs + SLACK_MS);
    this.pauseMs = slow ? Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, this.pauseMs * 2)) : this.pauseMs / 2;
    if (this.pauseMs >= PAUSE_MS_MIN) await this.wait(this.pauseMs);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
