import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cockroachOnPath } from '@tidemark/database';
import { cleanUp, isUp } from './clean-up.js';
import { ClusterFiles, type ClusterRecord } from './cluster-files.js';
import { ClusterRefused } from './cluster-refused.js';
import { askSupervisor } from './control-client.js';
import type { ControlCommand } from './control-server.js';
import { BASE_PORT_DEFAULT, portsFrom, requireFree, type ClusterPorts } from './ports.js';
import type { Region } from './regions.js';
import { replicate } from './replicas.js';
import { sqlUrl } from './service-commands.js';
import type { ClusterStatus } from './status.js';
import type { StartReport } from './supervisor-main.js';
import { keepVotersAtHome } from './voters-at-home.js';

export interface UpOptions {
  /** Where logs, records and stores go. */
  readonly directory: string;
  /** The first of the ports; absent: {@link BASE_PORT_DEFAULT}. */
  readonly basePort?: number;
  /** Keep the data in files below the directory until `down`, so that a killed node finds it again; absent: in memory. */
  readonly onDisk?: boolean;
  /** The program; absent: the one on PATH. */
  readonly binary?: string;
  /** Told in one line that nothing stands against a start and that it takes a while. */
  readonly log?: (line: string) => void;
}

/** The supervisor that compiled; beside the sources lies only what nobody can start. */
const SUPERVISOR = fileURLToPath(new URL('../dist/supervisor-main.js', import.meta.url));

/** Three CockroachDB nodes in three regions on this machine, with a distance between them that can be set. */
export class LocalCluster {
  readonly #ports: ClusterPorts;

  private constructor(
    private readonly record: ClusterRecord,
    readonly directory: string,
  ) {
    this.#ports = portsFrom(record.basePort);
  }

  /**
   * Starts the nodes and returns when all three are ready and hold a copy of everything, so that any of them may die. They go on when this process ends, until {@link down}.
   * Whatever a crash left behind in the directory is ended first.
   *
   * @throws ClusterRefused no `cockroach`, already up, a port taken, a node that does not come up
   */
  static async up(options: UpOptions): Promise<LocalCluster> {
    const { directory, basePort = BASE_PORT_DEFAULT, onDisk = false, binary = cockroachOnPath() } = options;
    if (binary === undefined) throw new ClusterRefused('there is no `cockroach` on PATH');
    const files = new ClusterFiles(directory);
    if (isUp(files)) throw new ClusterRefused('the cluster is already up');
    await cleanUp(files);
    await requireFree(portsFrom(basePort));
    options.log?.('starting three nodes …');
    const log = files.openLog('supervisor.log');
    const supervisor = spawn(process.execPath, [SUPERVISOR, JSON.stringify({ directory, basePort, onDisk, binary })], {
      cwd: files.directory,
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    files.closeLog(log);
    const report = await startReport(supervisor, () => files.lastWords('supervisor.log'));
    if ('error' in report) {
      await once(supervisor, 'exit'); // it ends what it had started
      throw new ClusterRefused(report.error);
    }
    supervisor.disconnect();
    supervisor.unref();
    const cluster = LocalCluster.running(directory);
    try {
      await replicate(cluster.sqlUrl('eu-west', 'defaultdb'));
      return cluster;
    } catch (error) {
      await cluster.down();
      throw error;
    }
  }

  /** The cluster that runs for a directory. @throws ClusterRefused when none does */
  static running(directory: string): LocalCluster {
    const files = new ClusterFiles(directory);
    const record = files.record();
    if (!record || !isUp(files)) throw new ClusterRefused('the cluster is not up: npm run cluster -- up');
    return new LocalCluster(record, directory);
  }

  /**
   * Ends everything that runs for a directory, also after the supervisor has crashed, and throws the data away.
   *
   * @returns how many processes were ended; 0: nothing was up
   */
  static async down(directory: string): Promise<number> {
    return await cleanUp(new ClusterFiles(directory));
  }

  /** The URL of a region's node, for SQL clients. */
  sqlUrl(region: Region, database?: string): string {
    return sqlUrl(this.#ports, region, database);
  }

  async status(): Promise<ClusterStatus> {
    return await this.#tell({ do: 'status' });
  }

  /** Starts API and worker in every region. The database must have been migrated. @throws ClusterRefused */
  async startServices(): Promise<ClusterStatus> {
    return await this.#tell({ do: 'services' });
  }

  /** For a database that was spread with `SURVIVE ZONE FAILURE`: see {@link keepVotersAtHome}. @throws ClusterRefused */
  async keepVotersAtHome(database?: string): Promise<void> {
    await keepVotersAtHome(this.sqlUrl('eu-west', database));
  }

  /** @param roundTripMs how long a round trip between any two regions takes, 0 to ROUND_TRIP_MS_MAX */
  async slow(roundTripMs: number): Promise<ClusterStatus> {
    return await this.#tell({ do: 'slow', roundTripMs });
  }

  /** Lets nothing through between a region and the others, silently, until {@link heal}. */
  async cut(region: Region): Promise<ClusterStatus> {
    return await this.#tell({ do: 'cut', region });
  }

  /** Ends every cut. The delay stays. */
  async heal(): Promise<ClusterStatus> {
    return await this.#tell({ do: 'heal' });
  }

  /** Ends the region's node, API and worker with SIGKILL. */
  async kill(region: Region): Promise<ClusterStatus> {
    return await this.#tell({ do: 'kill', region });
  }

  /**
   * Starts what does not run in a region. A node on disk is back in seconds. One in memory is new and empty, and this
   * returns when it has a copy of everything, two to three minutes later; until then a second region must not die.
   *
   * @throws ClusterRefused
   */
  async restart(region: Region): Promise<ClusterStatus> {
    return await this.#tell({ do: 'restart', region });
  }

  /** As the static one. */
  async down(): Promise<number> {
    return await LocalCluster.down(this.directory);
  }

  async #tell(command: ControlCommand): Promise<ClusterStatus> {
    const body = await askSupervisor(this.#ports.control, this.record.token, command);
    if ('error' in body) throw new ClusterRefused(body.error);
    return body;
  }
}

function startReport(supervisor: ChildProcess, lastWords: () => string): Promise<StartReport> {
  return new Promise((resolve) => {
    supervisor.once('message', (message) => resolve(message as StartReport));
    supervisor.once('error', (error) => resolve({ error: error.message }));
    supervisor.once('exit', () => resolve({ error: `the supervisor ended: ${lastWords()}` }));
  });
}
