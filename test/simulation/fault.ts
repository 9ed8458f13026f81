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
 * Which database a fault needs: the one that the other tests use too, a server of its own that may be killed, three nodes, or
 * a server on a file system of its own that may be filled.
 */
export type Stage = 'shared' | 'private' | 'cluster' | 'small-disk';

/** What a fault may do things to. */
export interface World {
  readonly engine: Engine;
  readonly random: SeededRandom;
  readonly model: ClientModel;
  /** The processes that write as the product does. */
  readonly apis: readonly ServiceProcess[];
  readonly worker: ServiceProcess;
  /** As the owner of the tables, past every proxy. */
  readonly owner: Database;
  /** Between the services and the database; cuts connections. On the stage `cluster` every service is at its own region's node. */
  readonly proxy: CuttingProxy;
  /** The same, but it answers. */
  readonly denying: AmbiguousProxy;
  /** Moves the wall clock of the API process of this number. */
  readonly setClock: (api: number, offsetMs: number) => Promise<void>;
  /** Of the explicit transactions of the `pessimistic` API, this share (0 to 1) is forced to restart; CockroachDB. */
  readonly forceRestarts: (share: number) => Promise<void>;
  /** The server, on the stages `private` and `small-disk`. */
  readonly server: DatabaseServer;
  readonly cluster: RegionCluster;
  /** The file system that the server on the stage `small-disk` is on. */
  readonly disk: { fill(): Promise<void>; free(): Promise<void> };
  /** Whether wallets live in several regions. */
  readonly spread: boolean;
  /** A flush holds up to as many commands. */
  readonly clients: number;
  /** Number of strikes: one for each `oncePer` commands of this run, and `atLeast` as a minimum. */
  readonly strikes: (atLeast: number, oncePer: number) => number;
  /** Resolves when that share (0 to 1) of the commands that this fault has for itself is dealt with. */
  readonly reached: (share: number) => Promise<void>;
  /** Resolves when that share more is dealt with, counted from now. */
  readonly passed: (share: number) => Promise<void>;
  /** A line for the report of the run. */
  readonly note: (line: string) => void;
}

/** One way in which things go wrong, and the promise that nothing comes of it. */
export interface Fault {
  /** For `--only`. */
  readonly name: string;
  /** Completes the sentence "nothing is lost or doubled when …". */
  readonly when: string;
  readonly engines: readonly Engine[];
  readonly stage: Stage;
  /** Of the commands that other faults have; absent: 1. For those that slow everything down, or that last seconds each. */
  readonly share?: number;
  /** Absent: `by-wallet`. */
  readonly routing?: Routing;
  /** Besides the two API processes that write as the product does, one for each of these, and clients send to all. */
  readonly besides?: readonly StrategyName[];
  /** The API processes get wall clocks that can be moved. */
  readonly jumpingClocks?: true;
  /** Does the damage while clients run, and repairs what would not repair itself. */
  strike(world: World): Promise<void>;
}

export function shareOf({ share = 1 }: Fault): number {
  return share;
}

export const BOTH: readonly Engine[] = ['cockroach', 'postgres'];
