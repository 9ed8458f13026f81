import type { Region } from './regions.js';

/**
 * Maximum number of bytes to search. A node begins with HTTP/2's preface and a heartbeat with its address. On 26.1 both
 * are within the first kilobyte (measured).
 */
export const ORIGIN_BYTES_MAX = 8_192;

/**
 * Detects which node opened a connection, from its first bytes. A heartbeat (CockroachDB's `PingRequest`,
 * field `origin_addr`) contains the advertised address of the node. It is plain text, because the cluster is insecure.
 *
 * @param advertised the address of each node, `host:port`
 * @returns undefined if the bytes contain no address
 */
export function originOf(head: Buffer, advertised: ReadonlyMap<Region, string>): Region | undefined {
  for (const [region, address] of advertised) if (head.includes(address)) return region;
  return undefined;
}
