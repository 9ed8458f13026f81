import type { Region } from './regions.js';

/** One process of the cluster. */
export interface ProcessStatus {
  readonly state: 'running' | 'stopped' | 'absent';
  /** Whether it says of itself that it is. */
  readonly ready: boolean;
  readonly pid: number | null;
  /** Why a stopped one stopped; null for the others. */
  readonly ending: string | null;
  readonly url: string;
}

export interface RegionStatus {
  readonly region: Region;
  readonly cut: boolean;
  /** Its `url` is for SQL clients. */
  readonly node: ProcessStatus;
  readonly api: ProcessStatus;
  /** Its `url` is for health and metrics. */
  readonly worker: ProcessStatus;
  readonly consoleUrl: string;
}

/** What `tidemark cluster status --json` prints. */
export interface ClusterStatus {
  readonly directory: string;
  readonly basePort: number;
  /** Whether a killed node finds its data again. */
  readonly onDisk: boolean;
  /** Milliseconds of a round trip between two regions, added to what the machine takes. */
  readonly roundTripMs: number;
  readonly regions: readonly RegionStatus[];
}
