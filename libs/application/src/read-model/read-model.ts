import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, sqlStateOf, type Database } from '@tidemark/database';
import { liveBuildsOf, type LiveBuilds } from '@tidemark/projections';
import { checkpointsOf, type Checkpoint } from './checkpoints.js';
import { listLimits, ListTurns } from './list-turns.js';
import { liveBuild } from './live-build.js';
import { openDrizzle, type Drizzle, type Reading } from './reading.js';

/** A schema that is younger than what replicas nearby tell: no such database, table or column yet, or no right to it. */
const NOT_YET_THERE = new Set(['3D000', '42P01', '42703', '42501']);

/** The read side of the database: statements that change nothing, so any of them may simply be sent again. */
export class ReadModel implements Reading {
  readonly drizzle: Drizzle;
  /** The builds of each projection that were live when last looked. Only a guess: each statement says which they are. */
  private readonly guesses = new Map<string, string>();
  private readonly turns: ListTurns;

  constructor(
    readonly database: Database,
    readonly regions: readonly string[],
    private readonly random: () => number = Math.random,
  ) {
    this.drizzle = openDrizzle(database.pool);
    this.turns = new ListTurns(listLimits(database.poolSize));
  }

  /** How far the live build of a projection has followed each region. */
  async checkpoints(projection: string): Promise<Checkpoint[]> {
    const found = await this.fromLive(projection, async (asked) => {
      const [row] = await this.drizzle.select().from(liveBuild(this, projection, asked));
      return { live: row?.live, checkpoints: row?.checkpoints ?? null };
    });
    return checkpointsOf(this.database, this.regions, found.checkpoints);
  }

  /**
   * Runs the reads of a list, or of a wallet's past, when it is their turn; see `ListTurns`. To be called for every read that
   * brings more than one wallet's present.
   *
   * @throws ListsBusy; as `retrying`
   */
  listing<T>(read: () => Promise<T>): Promise<T> {
    return this.turns.run(() => this.retrying(read));
  }

  /** Runs reads until they succeed; see `retryIdempotent` for its bounds and what is thrown. */
  retrying<T>(read: () => Promise<T>): Promise<T> {
    return retryIdempotent(read, { random: this.random, sleep });
  }

  /**
   * Runs reads that need not be of the present: where there are several regions, as things stood some 4 s ago, which the
   * nearest replicas can tell.
   */
  async eventually<T>(read: (nearby: boolean) => Promise<T>): Promise<T> {
    const nearby = this.database.engine === 'cockroach' && this.regions.length > 1;
    try {
      return await read(nearby);
    } catch (error) {
      if (!nearby || !NOT_YET_THERE.has(sqlStateOf(error) ?? '')) throw error;
      return read(false);
    }
  }

  /**
   * Runs the reads of one answer in one snapshot, see `eventually`.
   *
   * @param read gets the moment of the snapshot (ISO 8601, UTC)
   */
  inSnapshot<T>(read: (reading: Reading, readAsOf: string) => Promise<T>): Promise<T> {
    const { database, regions } = this;
    return this.eventually((nearby) =>
      database.snapshot(
        async ({ query, client }) => {
          const { rows } = await query<{ read_as_of: string }>('SELECT now() AS read_as_of');
          const reading = { drizzle: openDrizzle(client), database: { query, engine: database.engine }, regions };
          return read(reading, rows[0]!.read_as_of);
        },
        { nearby },
      ),
    );
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
    for (let asked = this.guesses.get(projection) ?? '1'; ;) {
      const found = await read(liveBuildsOf(asked));
      if (found.live === undefined || found.live === asked) return found;
      asked = found.live;
      this.guesses.set(projection, asked);
    }
  }
}
