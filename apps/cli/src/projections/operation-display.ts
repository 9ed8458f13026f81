import { SingleBar } from 'cli-progress';
import type { Progress } from '@tidemark/projections';
import type { Output } from '../process/surroundings.js';
import { pace } from './pace.js';

/** Off a terminal a line now and then is enough: a log keeps them all. */
const LINE_EVERY_MS = 5_000;
const SHARES = 1_000;

const WORDS: Record<Progress['phase'], string> = {
  building: 'building',
  sealing: 'counting and hashing what was built',
  catching_up: 'catching up with the present',
  verifying: 'comparing every wallet with the log',
  comparing: 'comparing every wallet with the log',
  waiting_for_worker: 'waiting for the worker of the shard',
  removing: 'removing rows',
};

/** How far an operation is: a bar on a terminal, plain lines elsewhere. */
export class OperationDisplay {
  private bar: SingleBar | undefined;
  private phase: string | undefined;
  private lineAt = -Infinity;

  /** @param clock milliseconds that only ever grow */
  constructor(
    private readonly output: Output,
    private readonly clock: () => number,
  ) {}

  update(progress: Progress): void {
    const words =
      WORDS[progress.phase] + (progress.generation === undefined ? '' : ` (generation ${progress.generation})`);
    if (words !== this.phase) {
      this.end();
      this.phase = words;
      this.lineAt = -Infinity;
    }
    if (this.output.isTTY && progress.share !== undefined) return this.draw(words, progress);
    if (this.clock() - this.lineAt < LINE_EVERY_MS) return;
    this.lineAt = this.clock();
    this.output.write(`${words}${progress.events === undefined ? '' : `: ${pace(progress)}`}\n`);
  }

  line(text: string): void {
    this.end();
    this.output.write(`${text}\n`);
  }

  /** Leaves the terminal as it should be. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private draw(words: string, progress: Progress): void {
    if (!this.bar) {
      this.bar = new SingleBar({
        stream: this.output as NodeJS.WriteStream,
        format: `${words} {bar} {percentage} %  {pace}`,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
      });
      this.bar.start(SHARES, 0, { pace: '' });
    }
    this.bar.update(Math.round((progress.share ?? 0) * SHARES), { pace: pace(progress) });
  }
}
