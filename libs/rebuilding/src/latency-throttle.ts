import { setTimeout as sleep } from 'node:timers/promises';

/** Default bound: a write may take this many times as long as before the rebuild. */
export const LATENCY_RATIO_MAX = 1.5;

const BASELINE_PROBES = 15;
/** The throttle compares the median of this many probes, so that a single slow write has no effect. */
const RECENT_PROBES = 5;
const PAUSE_MS_MIN = 5;
/** Bound of the pause: if writes stay slow for other reasons, a rebuild still continues, with some 10,000 events per second. */
const PAUSE_MS_MAX = 250;
/** Slowdowns below this bound are ignored. */
const SLACK_MS = 2;

/**
 * Throttles a rebuild to protect the latency of other writes. It times a small write before the rebuild and after each page.
 * If the write takes too long, the pause between pages doubles; otherwise it halves.
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

  /** @param probe makes a small write and returns how long it took, in milliseconds */
  static async measuring(
    probe: () => Promise<number>,
    { ratioMax = LATENCY_RATIO_MAX, wait = (milliseconds: number) => sleep(milliseconds) as Promise<unknown> } = {},
  ): Promise<LatencyThrottle> {
    const probes: number[] = [];
    for (let i = 0; i < BASELINE_PROBES; i++) probes.push(await probe());
    return new LatencyThrottle(probe, median(probes), ratioMax, wait);
  }

  /** Resolves when the rebuild may continue. */
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
