import { createServer } from 'node:net';
import { ClusterRefused } from './cluster-refused.js';
import { othersThan, REGIONS, type Region } from './regions.js';

export const BASE_PORT_DEFAULT = 26_300;
/** The last port of the last region must be at most 65,535. */
export const BASE_PORT_MAX = 65_490;
/** Only root may open lower ports. */
export const BASE_PORT_MIN = 1_024;

/** The ports of one region, all on 127.0.0.1. */
export interface RegionPorts {
  readonly sql: number;
  readonly api: number;
  readonly worker: number;
  /** The node's web console, health and metrics. */
  readonly console: number;
  /** The node listens here for other nodes. Only proxies connect to it. */
  readonly rpc: number;
  /** The proxies in front of `rpc`, by the dialling region. */
  readonly from: ReadonlyMap<Region, number>;
  /** The proxy in front of `rpc` for connections that do not use localities. */
  readonly fromAnywhere: number;
  /** The proxies in front of `api`, by the dialling region. */
  readonly apiFrom: ReadonlyMap<Region, number>;
}

export interface ClusterPorts {
  /** The supervisor receives commands here. */
  readonly control: number;
  readonly regions: ReadonlyMap<Region, RegionPorts>;
}

const PORTS_A_REGION = 10;

/** Assigns the ports: control at the base, then ten for each region. */
export function portsFrom(base: number): ClusterPorts {
  const regions = REGIONS.map((region, index) => {
    const first = base + PORTS_A_REGION * (index + 1);
    const oneForEachOther = (port: number) => new Map(othersThan(region).map((other, place) => [other, port + place]));
    return [
      region,
      {
        sql: first,
        api: first + 1,
        worker: first + 2,
        console: first + 3,
        rpc: first + 4,
        from: oneForEachOther(first + 5),
        fromAnywhere: first + 7,
        apiFrom: oneForEachOther(first + 8),
      },
    ] as const;
  });
  return { control: base, regions: new Map(regions) };
}

/** The ports of a region. */
export function portsOf(ports: ClusterPorts, region: Region): RegionPorts {
  return ports.regions.get(region)!;
}

/**
 * Tries every port.
 *
 * @throws ClusterRefused with the first port that another process uses
 */
export async function requireFree({ control, regions }: ClusterPorts): Promise<void> {
  const named: [number, string][] = [[control, 'control']];
  for (const [region, { sql, api, worker, console, rpc, from, fromAnywhere, apiFrom }] of regions) {
    named.push([sql, `SQL of ${region}`], [api, `API of ${region}`], [worker, `worker of ${region}`]);
    named.push([console, `console of ${region}`]);
    for (const port of [rpc, fromAnywhere, ...from.values()]) named.push([port, `between nodes, ${region}`]);
    for (const port of apiFrom.values()) named.push([port, `between APIs, ${region}`]);
  }
  for (const [port, what] of named) {
    if (await isFree(port)) continue;
    throw new ClusterRefused(`port ${port} (${what}) is taken: choose other ports with --base-port`);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
