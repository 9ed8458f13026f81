import { fileURLToPath } from 'node:url';
import type { ClusterFiles } from './cluster-files.js';
import type { GuardedCommand } from './guarded-process.js';
import { portsOf, type ClusterPorts } from './ports.js';
import { othersThan, type Region } from './regions.js';

/** The database that the services of all regions use. */
export const DATABASE = 'tidemark';

/** The URL of a region's node. */
export function sqlUrl(ports: ClusterPorts, region: Region, database = DATABASE): string {
  return `postgresql://root@127.0.0.1:${portsOf(ports, region).sql}/${database}?sslmode=disable`;
}

/** The commands that start API and worker of a region. Both get the URL of their region's node, and the API also those of the other APIs. */
export function serviceCommands(files: ClusterFiles, ports: ClusterPorts, region: Region): GuardedCommand[] {
  const { api, worker } = portsOf(ports, region);
  const env = { DATABASE_URL: sqlUrl(ports, region), REGION: region, HOST: '127.0.0.1' };
  const service = (name: string, settings: Record<string, string>): GuardedCommand => ({
    name: `${region}.${name}`,
    program: process.execPath,
    args: [fileURLToPath(new URL(`../../../apps/${name}/dist/main.js`, import.meta.url))],
    env: { ...env, ...settings },
    cwd: files.below(region),
    log: [region, `${name}.log`],
  });
  const others = othersThan(region).map(
    (other) => `${other}=http://127.0.0.1:${portsOf(ports, other).apiFrom.get(region)}`,
  );
  return [
    service('api', { PORT: String(api), REGION_APIS: others.join(',') }),
    service('worker', { WORKER_PORT: String(worker) }),
  ];
}
