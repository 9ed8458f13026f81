import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Database, migrationsOf, spreadOverRegions } from '@tidemark/database';
import { ClusterRefused, LocalCluster, REGIONS, type Region } from '@tidemark/local-cluster';

export { REGIONS, type Region };

/** Different from the ports of `npm run cluster` and of its own test. */
const BASE_PORTS = [27_400, 27_500, 27_600, 27_700, 27_800];

/** Three nodes in three regions (`libs/local-cluster`), with data on disk, so that a killed node can be started again with its data. */
export class RegionCluster {
  private constructor(private readonly cluster: LocalCluster) {}

  static async start(directory: string): Promise<RegionCluster> {
    for (const [i, basePort] of BASE_PORTS.entries()) {
      try {
        return new RegionCluster(await LocalCluster.up({ directory, basePort, onDisk: true }));
      } catch (error) {
        // Another suite may run on this machine at the same time.
        if (!(error instanceof ClusterRefused && /is taken/.test(error.message)) || i + 1 === BASE_PORTS.length)
          throw error;
      }
    }
    throw new Error('unreachable');
  }

  /** The URL of a database on the node of a region. */
  url(region: Region, database = 'defaultdb'): string {
    return this.cluster.sqlUrl(region, database);
  }

  /** Spreads a migrated database over the regions. */
  async spread(url: string): Promise<void> {
    const directory = join(migrationsOf('cockroach'), 'multi-region');
    await spreadOverRegions({ url, directory, survive: 'region' });
  }

  /** The region whose loss has the largest effect: that with most events, or without the multi-region schema that of the log's leaseholder. */
  async leaderOfTheLog(database: Database): Promise<Region> {
    const { rows: homes } = await database.query<{ place: string }>(
      `SELECT region::text AS place FROM wallet_events GROUP BY 1 ORDER BY count(*) DESC LIMIT 1`,
    );
    const { rows: leaders } = await database.query<{ place: string }>(
      `SELECT lease_holder_locality AS place FROM [SHOW RANGES FROM TABLE wallet_events WITH DETAILS]`,
    );
    const places = [...homes, ...leaders].map(({ place }) => place);
    const found = places.flatMap((place) => REGIONS.filter((region) => `${place},`.includes(`${region},`)))[0];
    if (!found) throw new Error(`no region of ours is in ${places.join('; ')}`);
    return found;
  }

  async kill(region: Region): Promise<void> {
    await this.cluster.kill(region);
  }

  async restart(region: Region): Promise<void> {
    await this.cluster.restart(region);
  }

  async cut(region: Region): Promise<void> {
    await this.cluster.cut(region);
  }

  async heal(): Promise<void> {
    await this.cluster.heal();
  }

  /** Stops the process of a node without ending it. From outside this looks like a machine that hangs. @returns a function that continues it */
  async freeze(region: Region): Promise<() => void> {
    const { regions } = await this.cluster.status();
    const pid = regions.find((each) => each.region === region)!.node.pid!;
    process.kill(pid, 'SIGSTOP');
    return () => void process.kill(pid, 'SIGCONT');
  }

  async close(): Promise<void> {
    await this.cluster.down();
  }
}

/** The program that ends a cluster from outside, for `lastWill`. */
export const TIDEMARK = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));
