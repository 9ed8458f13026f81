import { setTimeout as sleep } from 'node:timers/promises';
import { shardOf } from '@tidemark/event-store';
import { listParked } from '@tidemark/following';
import { ALL_PROJECTIONS, type Projection } from '@tidemark/projections';
import type { TestEngine } from '@tidemark/testing';
import { expect } from 'vitest';
import type { ProjectionsFixture, TestWorker } from './projections-fixture.js';

/** Projections that throw for the events of one wallet from a version on, until `broken` is set to false. */
export class Poisoned {
  broken = true;
  constructor(
    private readonly walletId: string,
    private readonly version: number,
    private readonly upTo = Infinity,
  ) {}

  readonly projections: readonly Projection[] = ALL_PROJECTIONS.map((projection) => ({
    ...projection,
    apply: (state, event, recorded) => {
      const { walletId, version } = recorded;
      if (this.broken && walletId === this.walletId && version >= this.version && version <= this.upTo) {
        throw new Error('this is more than it can take');
      }
      return projection.apply(state, event, recorded);
    },
  }));
}

/** The list of parked wallets if a wallet is parked in every projection at a version. */
export function allOf(walletId: string, version: number): string[] {
  return ALL_PROJECTIONS.map(({ name }) => `${name} ${walletId} ${version}`).sort();
}

/** Requests a rebuild of one wallet in the first build of a projection, as an operator does. */
export async function requestRebuildOf(on: ProjectionsFixture, projection: string, walletId: string): Promise<void> {
  await on.log.owner.query(
    `INSERT INTO parked_wallets (projection, generation, region, wallet_id, shard, version, reason, parked_at, retry)
     VALUES ($1, 1, 'local', $2, $3, 1, 'to be rebuilt', now(), 'rebuild')`,
    [projection, walletId, shardOf(walletId)],
  );
}

/** The parked wallets of a log. */
export class Parking {
  constructor(
    private readonly on: ProjectionsFixture,
    private readonly engine: TestEngine,
  ) {}

  async parked(): Promise<string[]> {
    const wallets = await listParked(this.on.database, { limit: 100 });
    return wallets.map(({ projection, walletId, version }) => `${projection} ${walletId} ${version}`).sort();
  }

  /** Requests a retry of all parked wallets, as an operator does. */
  async askForRetry(): Promise<void> {
    await this.on.log.owner.query(`UPDATE parked_wallets SET retry = 'continue'`);
  }

  async expectAllAsTheLogSays(regions = ['local']): Promise<void> {
    // The log is read as of 1 s ago, and manual repairs are newer than that position.
    if (this.engine.engine === 'cockroach') await sleep(1_200);
    for (const projection of ALL_PROJECTIONS) {
      expect(await this.on.wrongIn(projection, { regions }), projection.name).toEqual([]);
    }
  }

  /** Retries all parked wallets, and checks that no event is missing or applied twice. */
  async expectMendedBy(worker: TestWorker): Promise<void> {
    await this.askForRetry();
    await worker.lookAround();
    await worker.catchUp();
    expect(await this.parked()).toEqual([]);
    await this.expectAllAsTheLogSays();
  }
}
