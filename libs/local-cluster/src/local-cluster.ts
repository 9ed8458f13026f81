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
  /** The directory for logs, records and stores. */
  readonly directory: string;
  /** The first of the ports; absent: {@link BASE_PORT_DEFAULT}. */
  readonly basePort?: number;
  /** Keep the data in files below the directory until `down`, so that a killed node has it after a restart; absent: in memory. */
  readonly onDisk?: boolean;
  /** The program `cockroach`; absent: the one on PATH. */
  readonly binary?: string;
  /** Gets one line when all checks have passed and the start begins. */
  readonly log?: (line: string) => void;
}

/** The compiled supervisor: Node cannot start the source file. */
const SUPERVISOR = fileURLToPath(new URL('../dist/supervisor-main.js', import.meta.url));

/** Three CockroachDB nodes in three regions on this machine, with an adjustable delay between them. */
export class LocalCluster {
  readonly #ports: ClusterPorts;

  private constructor(
    private readonly record: ClusterRecord,
    readonly directory: string,
  ) {
    this.#ports = portsFrom(record.basePort);
  }

  /**
   * Starts the nodes and returns when all three are ready and have a copy of all data, so that any of them may die. They run
   * until {@link down}, also after this process ends. Processes that a crash left in the directory are ended first.
   *
   * @throws ClusterRefused without `cockroach`, when the cluster is already up, a port is taken, or a node does not start
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
      await once(supervisor, 'exit'); // it ends the processes that it has started
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

  /** The running cluster of a directory. @throws ClusterRefused when none runs */
  static running(directory: string): LocalCluster {
    const files = new ClusterFiles(directory);
    const record = files.record();
    if (!record || !isUp(files)) throw new ClusterRefused('the cluster is not up: npm run cluster -- up');
    return new LocalCluster(record, directory);
  }

  /**
   * Ends all processes of a directory, also after the supervisor has crashed, and deletes the data.
   *
   * @returns the number of ended processes; 0: none was running
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

  /** @param roundTripMs added time of a round trip between any two regions, 0 to ROUND_TRIP_MS_MAX */
  async slow(roundTripMs: number): Promise<ClusterStatus> {
    return await this.#tell({ do: 'slow', roundTripMs });
  }

  /** Drops all traffic between a region and the others, silently, until {@link heal}. */
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
   * Starts the stopped processes of a region. A node on disk is back in seconds. A node in memory is new and empty: this
   * returns when it has a copy of all data, after two to three minutes. Until then a second region must not die.
   *
   * @throws ClusterRefused
   */
  async restart(region: Region): Promise<ClusterStatus> {
    return await this.#tell({ do: 'restart', region });
  }

  /** Same as the static method. */
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
