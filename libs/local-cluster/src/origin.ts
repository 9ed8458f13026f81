import type { Region } from './regions.js';

/**
 * How many bytes are looked at. A node begins with HTTP/2's preface and a heartbeat, which names it; measured on 26.1,
 * that is within the first kilobyte.
 */
export const ORIGIN_BYTES_MAX = 8_192;

/**
 * Tells which node opened a connection, from the first bytes that it sent. A heartbeat (CockroachDB's `PingRequest`,
 * field `origin_addr`) has the address that the node advertises in plain text, since the cluster is insecure.
 *
 * @param advertised the address of each node, `host:port`
 * @returns undefined where no address stands in the bytes
 */
export function originOf(head: Buffer, advertised: ReadonlyMap<Region, string>): Region | undefined {
  for (const [region, address] of advertised) if (head.includes(address)) return region;
  return undefined;
}
