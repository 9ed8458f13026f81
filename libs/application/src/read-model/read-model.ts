import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { checkpointsColumn, checkpointsOf, type Checkpoint } from './checkpoints.js';
import { projections } from './schema.js';

export type Drizzle = ReturnType<typeof openDrizzle>;

/** The read side of the database: statements that change nothing, so any of them may simply be sent again. */
export class ReadModel {
  readonly drizzle: Drizzle;
  /** The build of each projection that was live when last looked. Only a guess: each statement says which one it is. */
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
    const rows = await this.drizzle
      .select({ checkpoints: checkpointsColumn() })
      .from(projections)
      .where(eq(projections.name, projection));
    return checkpointsOf(this.database, this.regions, rows[0]?.checkpoints ?? null);
  }

  /** Runs reads until they succeed; see `retryIdempotent` for its bounds and what is thrown. */
  retrying<T>(read: () => Promise<T>): Promise<T> {
    return retryIdempotent(read, { random: this.random, sleep });
  }

  /**
   * Reads from a projection's build. The statement gets a generation to read, and reports the live one with its rows: so
   * the rows are found by primary key, and still come from the build that was live in that snapshot.
   *
   * @param read `live` is undefined while no worker has ever run
   */
  async fromLive<T extends { readonly live: string | undefined }>(
    projection: string,
    read: (generation: string) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const asked = this.guesses.get(projection) ?? '1';
      const found = await read(asked);
      if (found.live === undefined || found.live === asked) return found;
      this.guesses.set(projection, found.live);
    }
  }
}

function openDrizzle({ pool }: Database) {
  return drizzle({ client: pool });
}
