/** A copy of something in the database, read again on demand, but never more often than a bound allows. */
export class Refreshed<T> {
  private reading: Promise<T> | undefined;
  private triedAt: number;
  private readAt: number;

  /**
   * @param first what was read at the start
   * @param read reads it again
   * @param atMostEveryMs reads asked for sooner after the last one get what is there
   * @param monotonic milliseconds that only ever grow: a wall clock that jumps back would stop all reading until it is there again
   */
  constructor(
    private value: T,
    private readonly read: () => Promise<T>,
    private readonly atMostEveryMs: number,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.triedAt = this.readAt = monotonic();
  }

  get current(): T {
    return this.value;
  }

  /** Milliseconds since the copy was read. */
  get age(): number {
    return this.monotonic() - this.readAt;
  }

  /**
   * Reads again, together with everyone who asks meanwhile.
   *
   * @throws what `read` throws; the old copy stays
   */
  refresh(): Promise<T> {
    if (this.reading) return this.reading;
    const now = this.monotonic();
    if (now - this.triedAt < this.atMostEveryMs) return Promise.resolve(this.value);
    this.triedAt = now;
    this.reading = this.read()
      .then((value) => {
        this.readAt = now;
        return (this.value = value);
      })
      .finally(() => (this.reading = undefined));
    return this.reading;
  }
}
