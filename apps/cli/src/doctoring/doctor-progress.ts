import { SingleBar } from 'cli-progress';
import { grouped } from '../process/progress.js';
import type { Output } from '../process/surroundings.js';

/** Off a terminal a line now and then is enough: a log keeps them all. */
const LINE_EVERY_MS = 5_000;

/** How far an examination has come, how fast it is and how long it will take: a bar on a terminal, plain lines elsewhere. */
export class DoctorProgress {
  private bar: SingleBar | undefined;
  private part = '';
  private partSince: number;
  private updatedAt: number;
  private lineAt: number;

  /** @param clock milliseconds */
  constructor(
    private readonly output: Output,
    private readonly clock: () => number,
  ) {
    this.lineAt = this.partSince = this.updatedAt = clock();
  }

  /** @param of what the part will come to; 0 where nobody knows yet */
  update(part: string, done: number, of: number): void {
    if (part !== this.part) this.begin(part);
    this.updatedAt = this.clock();
    const seconds = Math.max(0.001, (this.updatedAt - this.partSince) / 1_000);
    const rate = done / seconds;
    const left = of > done && rate > 0 ? duration((of - done) / rate) : undefined;
    if (this.bar) {
      this.bar.setTotal(Math.max(of, done));
      this.bar.update(done, { rows: grouped(done), rate: grouped(Math.round(rate)), left: left ? `${left} left` : '' });
      return;
    }
    if (this.output.isTTY || this.clock() - this.lineAt < LINE_EVERY_MS) return;
    this.lineAt = this.clock();
    const ahead = left ? `, ${Math.floor((done / of) * 100)} %, ${left} left` : '';
    this.output.write(`${part}: ${grouped(done)}, ${grouped(Math.round(rate))}/s${ahead}\n`);
  }

  /** Leaves the terminal as it should be. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private begin(part: string): void {
    this.end();
    this.part = part;
    this.partSince = this.updatedAt; // a part begins where the one before it ended, not with its first page
    if (!this.output.isTTY) return;
    this.bar = new SingleBar({
      stream: this.output as NodeJS.WriteStream,
      format: `${part} {bar} {percentage} %  {rows}, {rate}/s  {left}`,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // Ctrl-C is ours: the statement on its way is finished first
    });
    this.bar.start(1, 0, { rows: '0', rate: '0', left: '' });
  }
}

/** `8 s`, `3 min`, `2 h` */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
