/** Clock and timer of the line, so that a test can replace them. */
export interface Timing {
  /** Milliseconds, monotonic. */
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

/** One direction of a delayed connection: it delivers the chunks in order, each after the delay. */
export class DelayLine<T> {
  readonly #queue: { readonly item: T; readonly dueAt: number }[] = [];
  #cancel: (() => void) | undefined;
  #lastDueAt = 0;

  /** @param deliver called for each item when it is due */
  constructor(
    private readonly deliver: (item: T) => void,
    private readonly timing: Timing = REAL_TIMING,
  ) {}

  /** Number of items in flight. */
  get length(): number {
    return this.#queue.length;
  }

  /** @param delayMs from now; the order is kept, so an item with a short delay waits for an earlier one with a long delay */
  push(item: T, delayMs: number): void {
    const dueAt = Math.max(this.#lastDueAt, this.timing.now() + delayMs);
    this.#lastDueAt = dueAt;
    this.#queue.push({ item, dueAt });
    if (!this.#cancel) this.#deliverDue();
  }

  /** Drops the items in flight. */
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
