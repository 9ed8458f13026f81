import type { Database, Engine } from '@tidemark/database';
import type { StrategyName } from '@tidemark/event-store';
import type { CuttingProxy } from '@tidemark/testing';
import type { ClientModel } from './clients/client-model.js';
import type { Routing } from './clients/simulated-client.js';
import type { SeededRandom } from './seeded-random.js';
import type { AmbiguousProxy } from './servers/ambiguous-proxy.js';
import type { RegionCluster } from './servers/region-cluster.js';
import type { DatabaseServer } from './servers/database-server.js';
import type { ServiceProcess } from './servers/service-process.js';

/**
 * The database that a fault needs: the one of all other tests, a private server that may be killed, three nodes, or
 * a private server on a small file system that may be filled.
 */
export type Stage = 'shared' | 'private' | 'cluster' | 'small-disk';

/** The components that a fault may damage. */
export interface World {
  readonly engine: Engine;
  readonly random: SeededRandom;
  readonly model: ClientModel;
  /** The API processes with the product's write strategy. */
  readonly apis: readonly ServiceProcess[];
  readonly worker: ServiceProcess;
  /** Connected as the owner of the tables, without a proxy. */
  readonly owner: Database;
  /** A proxy between services and database that cuts connections. On the stage `cluster` each service uses its region's node instead. */
  readonly proxy: CuttingProxy;
  /** A proxy between services and database that replaces answers. */
  readonly denying: AmbiguousProxy;
  /** Moves the wall clock of the API process of this number. */
  readonly setClock: (api: number, offsetMs: number) => Promise<void>;
  /** Forces this share (0 to 1) of the explicit transactions of the `pessimistic` API to restart. CockroachDB only. */
  readonly forceRestarts: (share: number) => Promise<void>;
  /** The server, on the stages `private` and `small-disk`. */
  readonly server: DatabaseServer;
  readonly cluster: RegionCluster;
  /** The file system of the server on the stage `small-disk`. */
  readonly disk: { fill(): Promise<void>; free(): Promise<void> };
  /** Whether wallets have different home regions. */
  readonly spread: boolean;
  /** Number of clients. A flush has at most this many commands. */
  readonly clients: number;
  /** Number of strikes: one for each `oncePer` commands of this run, and `atLeast` as a minimum. */
  readonly strikes: (atLeast: number, oncePer: number) => number;
  /** Resolves when this share (0 to 1) of the commands of this fault is finished. */
  readonly reached: (share: number) => Promise<void>;
  /** Resolves when this share of the commands is finished, counted from now. */
  readonly passed: (share: number) => Promise<void>;
  /** A line for the report of the run. */
  readonly note: (line: string) => void;
}

/** A fault. No command may be lost or take effect twice under it. */
export interface Fault {
  /** The name for `--only`. */
  readonly name: string;
  /** Completes the sentence "nothing is lost or doubled when …". */
  readonly when: string;
  readonly engines: readonly Engine[];
  readonly stage: Stage;
  /** Number of commands, relative to other faults; absent: 1. For faults that slow down all commands, or that take seconds each. */
  readonly share?: number;
  /** Absent: `by-wallet`. */
  readonly routing?: Routing;
  /** Adds an API process for each of these strategies. Clients send to all API processes. */
  readonly besides?: readonly StrategyName[];
  /** The API processes get wall clocks that the fault can change. */
  readonly jumpingClocks?: true;
  /** Causes the fault while clients run, and repairs damage that does not repair itself. */
  strike(world: World): Promise<void>;
}

export function shareOf({ share = 1 }: Fault): number {
  return share;
}

export const BOTH: readonly Engine[] = ['cockroach', 'postgres'];
