import type { ClusterFiles } from './cluster-files.js';
import { ClusterRefused } from './cluster-refused.js';
import { decommission, initialise, nodeIdOf } from './cockroach-commands.js';
import { GuardedProcess, type GuardedCommand } from './guarded-process.js';
import { Network } from './network.js';
import { nodeCommand, type NodeOptions } from './node-command.js';
import { portsFrom, portsOf, type ClusterPorts } from './ports.js';
import { isReady, within } from './readiness.js';
import { REGIONS, type Region } from './regions.js';
import { DATABASE, serviceCommands, sqlUrl } from './service-commands.js';
import type { ClusterStatus, ProcessStatus, RegionStatus } from './status.js';

/** A node starts in 3 s. Three at once on a busy machine of two cores need longer. */
const START_MS_MAX = 90_000;
/** The API finishes its flush in flight, and the worker its step. */
const SERVICE_GRACE_MS = 5_000;

export interface SupervisorOptions extends NodeOptions {
  readonly basePort: number;
}

/** Owns every process and every connection proxy of the cluster. */
export class Supervisor {
  readonly #ports: ClusterPorts;
  readonly #network: Network;
  readonly #processes = new Map<string, GuardedProcess>();
  readonly #nodeIds = new Map<Region, string>();
  /** Nodes that will not be started again but are still members, by the region of their successor. */
  readonly #former = new Map<Region, string>();
  #services = false;

  constructor(
    private readonly files: ClusterFiles,
    private readonly options: SupervisorOptions,
  ) {
    this.#ports = portsFrom(options.basePort);
    this.#network = new Network(this.#ports);
  }

  /** Starts the nodes as one cluster. @throws ClusterRefused when a node does not start */
  async start(): Promise<void> {
    await this.#network.open();
    for (const region of REGIONS) this.#startNode(region);
    await this.#initialise();
    await Promise.all(REGIONS.map((region) => this.#nodeReady(region)));
  }

  /** Starts API and worker in every region. The database must have been migrated. @throws ClusterRefused */
  async startServices(): Promise<void> {
    this.#services = true;
    await Promise.all(REGIONS.map((region) => this.#startServices(region)));
  }

  /** @param roundTripMs between any two regions */
  slow(roundTripMs: number): void {
    this.#network.distance.slow(roundTripMs);
  }

  cut(region: Region): void {
    this.#network.distance.cutOff(region);
  }

  heal(): void {
    this.#network.distance.heal();
  }

  /** Ends every process of a region with SIGKILL. */
  async kill(region: Region): Promise<void> {
    await Promise.all(this.#of(region).map((each) => each.end(0)));
  }

  /**
   * Starts the stopped processes of a region. A node in memory is new and empty. Then this waits until it has a copy of all
   * data, so that the next region may die.
   *
   * @throws ClusterRefused
   */
  async restart(region: Region): Promise<void> {
    if (!this.#processes.get(`${region}.node`)?.running) this.#startNode(region);
    const before = this.#nodeIds.get(region);
    await this.#nodeReady(region);
    if (before !== undefined && before !== this.#nodeIds.get(region)) this.#former.set(region, before);
    if (this.#services) await this.#startServices(region);
    const former = this.#former.get(region);
    if (former === undefined) return;
    await decommission(this.options.binary, this.#rpc(region), former);
    this.#former.delete(region);
  }

  /** Ends all processes. The data is deleted, so nodes are not drained. */
  async stop(): Promise<void> {
    const all = [...this.#processes.values()];
    const isNode = ({ command }: GuardedProcess) => command.name.endsWith('.node');
    await Promise.all(all.filter((each) => !isNode(each)).map((each) => each.end(SERVICE_GRACE_MS)));
    await Promise.all(all.filter(isNode).map((each) => each.end(0)));
    await this.#network.close();
  }

  async status(): Promise<ClusterStatus> {
    return {
      directory: this.files.directory,
      basePort: this.options.basePort,
      onDisk: this.options.onDisk,
      roundTripMs: this.#network.distance.roundTripMs,
      regions: await Promise.all(REGIONS.map((region) => this.#statusOf(region))),
    };
  }

  async #statusOf(region: Region): Promise<RegionStatus> {
    const { api, worker } = portsOf(this.#ports, region);
    const [node, apiStatus, workerStatus] = await Promise.all([
      this.#processStatus(
        `${region}.node`,
        sqlUrl(this.#ports, region, this.#services ? DATABASE : 'defaultdb'),
        this.#nodeHealth(region),
      ),
      this.#processStatus(`${region}.api`, at(api), `${at(api)}/health/ready`),
      this.#processStatus(`${region}.worker`, at(worker), `${at(worker)}/health/ready`),
    ]);
    const cut = this.#network.distance.cut.includes(region);
    const consoleUrl = at(portsOf(this.#ports, region).console);
    return { region, cut, node, api: apiStatus, worker: workerStatus, consoleUrl };
  }

  async #processStatus(name: string, url: string, health: string): Promise<ProcessStatus> {
    const process = this.#processes.get(name);
    if (!process) return { state: 'absent', ready: false, pid: null, ending: null, url };
    if (!process.running) return { state: 'stopped', ready: false, pid: null, ending: process.ending ?? null, url };
    return { state: 'running', ready: await isReady(health), pid: process.pid ?? null, ending: null, url };
  }

  #startNode(region: Region): void {
    this.#spawn(nodeCommand(this.files, this.#ports, region, this.options));
  }

  async #startServices(region: Region): Promise<void> {
    const { api, worker } = portsOf(this.#ports, region);
    for (const command of serviceCommands(this.files, this.#ports, region)) {
      if (!this.#processes.get(command.name)?.running) this.#spawn(command);
    }
    await Promise.all([
      this.#ready(`${region}.api`, `${at(api)}/health/live`),
      this.#ready(`${region}.worker`, `${at(worker)}/health/live`),
    ]);
  }

  #spawn(command: GuardedCommand): void {
    this.#processes.set(command.name, new GuardedProcess(this.files, command));
  }

  #of(region: Region): GuardedProcess[] {
    return [...this.#processes.values()].filter(({ command }) => command.name.startsWith(`${region}.`));
  }

  #rpc(region: Region): string {
    return `127.0.0.1:${portsOf(this.#ports, region).rpc}`;
  }

  #nodeHealth(region: Region): string {
    return `${at(portsOf(this.#ports, region).console)}/health?ready=1`;
  }

  async #nodeReady(region: Region): Promise<void> {
    await this.#ready(`${region}.node`, this.#nodeHealth(region));
    this.#nodeIds.set(region, await nodeIdOf(at(portsOf(this.#ports, region).console)));
  }

  async #ready(name: string, health: string): Promise<void> {
    const process = this.#processes.get(name)!;
    const ready = await within(START_MS_MAX, async () => {
      if (!process.running) throw new ClusterRefused(`${name} ${process.ending}: ${process.lastWords}`);
      return await isReady(health);
    });
    if (!ready) throw new ClusterRefused(`${name} is not ready after ${START_MS_MAX / 1_000} s: ${process.lastWords}`);
  }

  async #initialise(): Promise<void> {
    const [first] = REGIONS;
    const node = this.#processes.get(`${first}.node`)!;
    let answer = '';
    const done = await within(START_MS_MAX, async () => {
      if (!node.running) throw new ClusterRefused(`${first}.node ${node.ending}: ${node.lastWords}`);
      answer = await initialise(this.options.binary, this.#rpc(first));
      return answer === '';
    });
    if (!done) throw new ClusterRefused(`cockroach init: ${answer}`);
  }
}

function at(port: number): string {
  return `http://127.0.0.1:${port}`;
}
