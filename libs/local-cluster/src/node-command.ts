import type { ClusterFiles } from './cluster-files.js';
import type { GuardedCommand } from './guarded-process.js';
import { advertisedAddresses } from './network.js';
import { portsOf, type ClusterPorts } from './ports.js';
import { othersThan, type Region } from './regions.js';

/** CockroachDB needs at least 640 MiB. A demonstration needs little more. */
const STORE_SIZE = '700MiB';
const CACHE_SIZE = '128MiB';
const SQL_MEMORY_SIZE = '128MiB';

export interface NodeOptions {
  /** The `cockroach` program. */
  readonly binary: string;
  /** Keep the data in files, so that a killed node has it after a restart; otherwise in memory. */
  readonly onDisk: boolean;
}

/** The command that starts the node of a region. */
export function nodeCommand(
  files: ClusterFiles,
  ports: ClusterPorts,
  region: Region,
  options: NodeOptions,
): GuardedCommand {
  const { rpc, sql, console, from } = portsOf(ports, region);
  const here = (port: number) => `127.0.0.1:${port}`;
  // A peer dials the address that is listed for its own region: the proxy between the two.
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
      // The default is 1 s for one range. With it, minutes would pass until every replica and lease is in place.
      COCKROACH_SCAN_MAX_IDLE_TIME: '50ms',
    },
    cwd: files.below(region, 'cockroach'), // a node in memory writes its dumps here
    log: [region, 'node.log'],
  };
}
