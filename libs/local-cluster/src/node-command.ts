import type { ClusterFiles } from './cluster-files.js';
import type { GuardedCommand } from './guarded-process.js';
import { advertisedAddresses } from './network.js';
import { portsOf, type ClusterPorts } from './ports.js';
import { othersThan, type Region } from './regions.js';

/** The least that CockroachDB takes is 640 MiB; a demonstration fits into little more. */
const STORE_SIZE = '700MiB';
const CACHE_SIZE = '128MiB';
const SQL_MEMORY_SIZE = '128MiB';

export interface NodeOptions {
  /** The `cockroach` program. */
  readonly binary: string;
  /** Keep the data in files, which a killed node finds again; otherwise in memory. */
  readonly onDisk: boolean;
}

/** How the node of a region is started. */
export function nodeCommand(
  files: ClusterFiles,
  ports: ClusterPorts,
  region: Region,
  options: NodeOptions,
): GuardedCommand {
  const { rpc, sql, console, from } = portsOf(ports, region);
  const here = (port: number) => `127.0.0.1:${port}`;
  // A peer dials the address of its own region, which is the proxy between the two.
  const byLocality = [...from].map(([other, port]) => `region=${other}@${here(port)}`);
  const peers = othersThan(region).map((other) => here(portsOf(ports, other).from.get(region)!));
  const store = options.onDisk ? `path=${files.below('stores', region)}` : `type=mem,size=${STORE_SIZE}`;
  return {
    name: `${region}.node`,
    program: options.binary,
    args: [
      'start',
      '--insecure',
      `--store=${store}`,
      `--cache=${CACHE_SIZE}`,
      `--max-sql-memory=${SQL_MEMORY_SIZE}`,
      `--locality=region=${region},zone=a`,
      `--listen-addr=${here(rpc)}`,
      `--advertise-addr=${advertisedAddresses(ports).get(region)}`,
      `--locality-advertise-addr=${byLocality.join(',')}`,
      `--sql-addr=${here(sql)}`,
      `--advertise-sql-addr=${here(sql)}`,
      `--http-addr=${here(console)}`,
      `--advertise-http-addr=${here(console)}`,
      `--join=${peers.join(',')}`,
      `--log-dir=${files.below(region, 'cockroach')}`,
    ],
    env: {
      COCKROACH_SKIP_ENABLING_DIAGNOSTIC_REPORTING: 'true',
      // A second by default, which means one range a second to look after: minutes until every copy and lease is in place.
      COCKROACH_SCAN_MAX_IDLE_TIME: '50ms',
    },
    cwd: files.below(region, 'cockroach'), // where a node in memory leaves its dumps
    log: [region, 'node.log'],
  };
}
