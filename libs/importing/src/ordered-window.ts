interface Entry<T> {
  answer: T | undefined;
  answered: boolean;
  readonly bytes: number;
}

/** The tasks of one key that are not answered yet. */
interface Lane {
  tasks: number;
  /** When the next task may start. */
  open: Promise<void>;
  /** When all tasks are answered. */
  empty: Promise<void>;
}

/** What a task is to a window. */
export interface TaskOptions {
  /** What the task and its answer keep in memory. */
  readonly bytes?: number;
  /** It starts when all tasks of its key before it are answered, and those after it start when it is answered. */
  readonly alone?: boolean;
}

/**
 * A bounded number of tasks at once. Tasks of one key start in the order in which they were added, and all answers come out in that order
 * too. The first task of a key is answered before the second starts: it may have something to prepare, such as the wallet. After a failure
 * no further task starts.
 *
 * @typeParam T what a task answers with
 */
export class OrderedWindow<T> {
  private readonly lanes = new Map<string, Lane>();
  private readonly entries: Entry<T>[] = [];
  private first = 0;
  private unfinished = 0;
  /** Of the tasks whose answers are not out yet. */
  private bytes = 0;
  private failure: { readonly error: unknown } | undefined;
  private wake: () => void = () => undefined;

  /**
   * @param size tasks between the oldest that has no answer and the newest, and `bytesMax` what they are together: what is kept in
   *   memory. A single task always fits.
   * @param emit gets the answers
   */
  constructor(
    private readonly size: number,
    private readonly emit: (answer: T) => void,
    private readonly bytesMax = Infinity,
  ) {}

  /**
   * Waits for room and starts the task as soon as those of the same key before it allow it. To be called by one producer.
   *
   * @param key undefined for a task that waits for none
   * @throws what any task before it threw
   */
  async add(
    key: string | undefined,
    task: () => T | Promise<T>,
    { bytes = 0, alone = false }: TaskOptions = {},
  ): Promise<void> {
    while (this.isFull(bytes) && !this.failure) await this.change();
    if (this.failure) throw this.failure.error;
    const entry: Entry<T> = { answer: undefined, answered: false, bytes };
    this.bytes += bytes;
    this.entries.push(entry);
    this.unfinished++;
    if (key === undefined) return void this.run(entry, task);
    const lane = this.lanes.get(key) ?? { tasks: 0, open: Promise.resolve(), empty: Promise.resolve() };
    this.lanes.set(key, lane);
    const isFirst = lane.tasks++ === 0;
    const done = (alone ? lane.empty : lane.open).then(() => this.run(entry, task));
    if (isFirst || alone) lane.open = done;
    lane.empty = Promise.all([lane.empty, done]).then(() => {
      if (--lane.tasks === 0) this.lanes.delete(key);
    });
  }

  /**
   * Waits for everything that was added; once a task has failed, for those under way.
   *
   * @throws what the first task that failed threw
   */
  async drain(): Promise<void> {
    while (this.unfinished > 0) await this.change();
    if (this.failure) throw this.failure.error;
  }

  private isFull(more: number): boolean {
    const length = this.entries.length - this.first;
    return length >= this.size || (length > 0 && this.bytes + more > this.bytesMax);
  }

  private change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  private async run(entry: Entry<T>, task: () => T | Promise<T>): Promise<void> {
    try {
      if (this.failure) return;
      entry.answer = await task();
      entry.answered = true;
      this.emitAnswered();
    } catch (error) {
      this.failure ??= { error };
    } finally {
      this.unfinished--;
      this.wake();
    }
  }

  private emitAnswered(): void {
    while (this.first < this.entries.length && this.entries[this.first]!.answered) {
      const entry = this.entries[this.first++]!;
      this.emit(entry.answer as T);
      this.bytes -= entry.bytes;
      entry.answer = undefined; // the entry stays for a while
    }
    // Moving the rest up each time would cost a walk over the window for every answer.
    if (this.first >= this.size) {
      this.entries.splice(0, this.first);
      this.first = 0;
    }
  }
}
