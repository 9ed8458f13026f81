import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { liveBuildsOf, type LiveBuilds } from '@tidemark/projections';
import { drizzle } from 'drizzle-orm/node-postgres';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { liveBuild } from './live-build.js';

export type Drizzle = ReturnType<typeof openDrizzle>;

/** The read side of the database: statements that change nothing, so any of them may simply be sent again. */
export class ReadModel {
  readonly drizzle: Drizzle;
  /** The builds of each projection that were live when last looked. Only a guess: each statement says which they are. */
  private readonly guesses = new Map<string, string>();

  constructor(
    readonly database: Database,
    readonly regions: readonly string[],
    private readonly random: () => number = Math.random,
  ) {
    this.drizzle = openDrizzle(database);
  }

  /** How far the live build of a projection has followed each region. */
  async checkpoints(projection: string): Promise<Checkpoint[]> {
    const found = await this.fromLive(projection, async (asked) => {
      const [row] = await this.drizzle.select().from(liveBuild(this, projection, asked));
      return { live: row?.live, checkpoints: row?.checkpoints ?? null };
    });
    return checkpointsOf(this.database, this.regions, found.checkpoints);
  }

  /** Runs reads until they succeed; see `retryIdempotent` for its bounds and what is thrown. */
  retrying<T>(read: () => Promise<T>): Promise<T> {
    return retryIdempotent(read, { random: this.random, sleep });
  }

  /**
   * Reads from a projection's builds. The statement gets the generations to read, and reports the live ones with its rows:
   * so the rows are found by primary key, and still come from the builds that were live in that snapshot.
   *
   * @param read `live` is what `LIVE_BUILDS` selects; undefined while no worker has ever run
   */
  async fromLive<T extends { readonly live: string | undefined }>(
    projection: string,
    read: (builds: LiveBuilds) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const asked = this.guesses.get(projection) ?? '1';
      const found = await read(liveBuildsOf(asked));
      if (found.live === undefined || found.live === asked) return found;
      this.guesses.set(projection, found.live);
    }
  }
}

function openDrizzle({ pool }: Database) {
  return drizzle({ client: pool });
}
