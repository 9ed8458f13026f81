import { SingleBar } from 'cli-progress';
import type { Output } from './surroundings.js';

/** How far something has come. */
export interface ProgressAt {
  /** How many rows, events or wallets are done. */
  readonly count: number;
  /** The part of the whole that is done, from 0 to 1; absent where it is not known. */
  readonly share?: number | undefined;
  /** How many a second; absent: measured here. */
  readonly perSecond?: number | undefined;
  /** Seconds that it will take from now; absent: estimated here from the share. */
  readonly secondsLeft?: number | undefined;
}

/** Off a terminal a line now and then is enough: a log keeps them all. */
const LINE_EVERY_MS = 5_000;
const STEPS = 1_000;

/** The progress of every command: a bar on a terminal, plain lines elsewhere. */
export class ProgressDisplay {
  private bar: SingleBar | undefined;
  private what = '';
  private since: number;
  private updatedAt: number;
  private lineAt: number;

  /** @param clock milliseconds */
  constructor(
    private readonly output: Output,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.lineAt = this.since = this.updatedAt = clock();
  }

  /**
   * To be called as often as there is something to tell.
   *
   * @param what is going on; a new text begins a new bar
   * @param at absent for work that cannot be counted: it is shown once
   */
  update(what: string, at?: ProgressAt): void {
    const isNew = what !== this.what;
    if (isNew) this.begin(what);
    this.updatedAt = this.clock();
    if (!at) return isNew ? this.line(what) : undefined;
    const note = this.noteOf(at);
    if (this.output.isTTY && at.share !== undefined) return this.draw(at.share, note);
    if (this.updatedAt - this.lineAt < LINE_EVERY_MS) return;
    this.lineAt = this.updatedAt;
    this.line(`${what}: ${note}${at.share === undefined ? '' : `, ${Math.floor(at.share * 100)} %`}`);
  }

  /** A line beside the progress. */
  line(text: string): void {
    // The bar stands on the line that the text is to have.
    this.output.write(this.bar ? `\r\u001b[K${text}\n` : `${text}\n`);
  }

  /** Leaves the terminal as it should be. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private begin(what: string): void {
    this.end();
    this.what = what;
    this.since = this.updatedAt; // it begins where the one before it ended, not with its first news
  }

  private noteOf({ count, share = 0, perSecond, secondsLeft }: ProgressAt): string {
    const seconds = Math.max(0.001, (this.updatedAt - this.since) / 1_000);
    const left = secondsLeft ?? (share > 0 && share < 1 ? (seconds / share) * (1 - share) : undefined);
    const rate = Math.round(perSecond ?? count / seconds);
    return `${grouped(count)}, ${grouped(rate)}/s${left === undefined ? '' : `, ${duration(left)} left`}`;
  }

  private draw(share: number, note: string): void {
    if (!this.bar) {
      this.bar = new SingleBar({
        stream: this.output as NodeJS.WriteStream,
        format: `${this.what} {bar} {percentage} %  {note}`,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false, // Ctrl-C is ours: what is on its way is finished first
      });
      this.bar.start(STEPS, 0, { note: '' });
    }
    this.bar.update(Math.floor(share * STEPS), { note });
  }
}

/** `28,205` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `8 s`, `3 min`, `2 h` */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
