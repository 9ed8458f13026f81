import { SingleBar } from 'cli-progress';
import type { Output } from './surroundings.js';

/** How far something has come. */
export interface ProgressAt {
  readonly rows: number;
  readonly bytes: number;
  readonly bytesAll: number;
}

/** Off a terminal a line now and then is enough: a log keeps them all. */
const LINE_EVERY_MS = 5_000;

/** A progress bar on a terminal, plain lines elsewhere. */
export class ProgressDisplay {
  private bar: SingleBar | undefined;
  private what = '';
  private lineAt: number;

  /** @param clock milliseconds */
  constructor(
    private readonly output: Output,
    private readonly clock: () => number,
  ) {
    this.lineAt = clock();
  }

  /** To be called as often as there is something to tell. */
  update(what: string, { rows, bytes, bytesAll }: ProgressAt): void {
    if (what !== this.what) this.begin(what, bytesAll);
    if (this.bar) return this.bar.update(bytes, { rows: grouped(rows) });
    if (this.clock() - this.lineAt < LINE_EVERY_MS) return;
    this.lineAt = this.clock();
    this.output.write(`${grouped(rows)} ${what}, ${Math.floor((bytes / bytesAll) * 100)} % of the file\n`);
  }

  /** A line beside the progress. */
  line(text: string): void {
    if (!this.bar) return void this.output.write(`${text}\n`);
    // The bar stands on the line that the text is to have.
    this.output.write(`\r\u001b[K${text}\n`);
  }

  /** Leaves the terminal as it should be. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private begin(what: string, bytesAll: number): void {
    this.end();
    this.what = what;
    if (!this.output.isTTY) return;
    this.bar = new SingleBar({
      stream: this.output as NodeJS.WriteStream,
      format: `${what} {bar} {percentage} %  {rows}  {eta_formatted} left`,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // Ctrl-C is ours: what is on its way is finished first
    });
    this.bar.start(bytesAll, 0, { rows: '0' });
  }
}

/** `28,205` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
