/** Clock and timer of the line, so that a test can replace them. */
export interface Timing {
  /** Milliseconds, never going back. */
  now(): number;
  /** @returns cancels it */
  after(ms: number, work: () => void): () => void;
}

export const REAL_TIMING: Timing = {
  now: () => performance.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** One direction of a delayed connection: data comes out in its order, each chunk after the delay. */
export class DelayLine<T> {
  readonly #queue: { readonly item: T; readonly dueAt: number }[] = [];
  #cancel: (() => void) | undefined;
  #lastDueAt = 0;

  /** @param deliver called for each item when it is due */
  constructor(
    private readonly deliver: (item: T) => void,
    private readonly timing: Timing = REAL_TIMING,
  ) {}

  /** How many are on their way. */
  get length(): number {
    return this.#queue.length;
  }

  /** @param delayMs from now; an item never overtakes the one before, so after a long delay a short one waits for it */
  push(item: T, delayMs: number): void {
    const dueAt = Math.max(this.#lastDueAt, this.timing.now() + delayMs);
    this.#lastDueAt = dueAt;
    this.#queue.push({ item, dueAt });
    if (!this.#cancel) this.#deliverDue();
  }

  /** Forgets what is on its way. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#queue.length = 0;
  }

  #deliverDue(): void {
    this.#cancel = undefined;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const waitMs = next.dueAt - this.timing.now();
      if (waitMs > 0) {
        this.#cancel = this.timing.after(waitMs, () => this.#deliverDue());
        return;
      }
      this.#queue.shift();
      this.deliver(next.item);
    }
  }
}
