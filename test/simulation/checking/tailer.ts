import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tidemark/database';
import { LOG_START, NO_COMMIT_ID, readCommits, readRanges, type Commit, type LogCursor } from '@tidemark/event-store';
import type { Tailed } from './evidence.js';

const PAGE = 200;
/** Polls often, so that it reads while commits are still in flight: then a faulty tailer skips events. */
const POLL_MS = 5;
const AFTER_FAILURE_MS = 100;

/** Follows the log of one region during the faults, and records the events that it sees. */
export class Tailer {
  private readonly commits: Commit[] = [];
  private readonly events: string[] = [];
  private readonly stopped = new AbortController();
  private readonly loop: Promise<void>;
  private cursor: LogCursor;

  constructor(
    private readonly database: Database,
    private readonly region: string,
  ) {
    this.cursor = { position: LOG_START[database.engine], commitId: NO_COMMIT_ID };
    this.loop = this.follow();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.loop;
  }

  /** Stops following, reads the remaining events, and returns all. */
  async finish(): Promise<Tailed> {
    await this.stop();
    while ((await this.step()) > 0);
    return { commits: this.commits, events: this.events };
  }

  private async follow(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const found = await this.step().catch(() => -1); // the database may be unavailable; then nothing was read
      if (found === 0) await sleep(POLL_MS);
      if (found < 0) await sleep(AFTER_FAILURE_MS);
    }
  }

  private async step(): Promise<number> {
    const page = await readCommits(this.database, { region: this.region, after: this.cursor, limit: PAGE });
    const ranges = page.flatMap(({ appended }) => appended);
    const events = ranges.length > 0 ? await readRanges(this.database, this.region, ranges) : [];
    this.commits.push(...page);
    for (const { walletId, version } of events) this.events.push(`${walletId} ${version}`);
    this.cursor = page.at(-1) ?? this.cursor;
    return page.length;
  }
}
