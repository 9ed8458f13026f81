export { ClusterRefused } from './cluster-refused.js';
export { ROUND_TRIP_MS_MAX } from './distance.js';
export { LocalCluster, type UpOptions } from './local-cluster.js';
export { BASE_PORT_DEFAULT, BASE_PORT_MAX, BASE_PORT_MIN } from './ports.js';
export { isRegion, REGIONS, type Region } from './regions.js';
export type { ClusterStatus, ProcessStatus, RegionStatus } from './status.js';
