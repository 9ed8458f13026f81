import { join } from 'node:path';
import { migrate, migrationsOf, spreadOverRegions, type SurvivalGoal } from '@tidemark/database';
import { LocalCluster, type ClusterStatus } from '@tidemark/local-cluster';
import { CouldNotRun } from '../process/exit.js';

export interface RaiseOptions {
  readonly directory: string;
  readonly basePort: number;
  readonly roundTripMs: number;
  /** Migrate, spread over the regions, and start API and worker in each. */
  readonly services: boolean;
  readonly survive: SurvivalGoal;
  readonly onDisk: boolean;
  /** Told what is going on, a line each. */
  readonly say: (line: string) => void;
}

/**
 * Starts the local cluster with all that belongs to it. The distance comes last, so that a start does not take longer for it.
 * What fails, or is interrupted, leaves nothing running.
 *
 * @throws ClusterRefused, CouldNotRun, StartRefused
 */
export async function raiseCluster(options: RaiseOptions, signal: AbortSignal): Promise<ClusterStatus> {
  const { directory, basePort, onDisk, say } = options;
  const goOn = () => {
    if (signal.aborted) throw new CouldNotRun('interrupted; nothing is left running');
  };
  const cluster = await LocalCluster.up({ directory, basePort, onDisk, log: say });
  try {
    goOn();
    if (options.services) {
      await prepare(cluster.sqlUrl('eu-west'), options, goOn);
      if (options.survive === 'zone') await cluster.keepVotersAtHome();
      say('starting API and worker in each region …');
      await cluster.startServices();
    }
    goOn();
    return await cluster.slow(options.roundTripMs);
  } catch (error) {
    await cluster.down();
    throw error;
  }
}

async function prepare(url: string, { survive, say }: RaiseOptions, goOn: () => void): Promise<void> {
  say('applying the schema and spreading it over the regions …');
  await migrate({ url, directory: migrationsOf });
  goOn();
  await spreadOverRegions({ url, directory: join(migrationsOf('cockroach'), 'multi-region'), survive });
  goOn();
}
