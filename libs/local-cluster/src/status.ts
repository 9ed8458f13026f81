import type { Region } from './regions.js';

/** One process of the cluster. */
export interface ProcessStatus {
  readonly state: 'running' | 'stopped' | 'absent';
  /** Whether its own health check succeeds. */
  readonly ready: boolean;
  readonly pid: number | null;
  /** Why the process stopped; null while it runs. */
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

/** The output of `tidemark cluster status --json`. */
export interface ClusterStatus {
  readonly directory: string;
  readonly basePort: number;
  /** Whether a killed node has its data after a restart. */
  readonly onDisk: boolean;
  /** Added time of a round trip between two regions, in milliseconds. */
  readonly roundTripMs: number;
  readonly regions: readonly RegionStatus[];
}
