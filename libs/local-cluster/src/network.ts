import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { Distance, type Origin } from './distance.js';
import { originOf } from './origin.js';
import { Passage } from './passage.js';
import type { ClusterPorts } from './ports.js';
import type { Region } from './regions.js';

/**
 * The connections between the nodes: one proxy for each ordered pair of regions. A node finds the proxy by the localities that
 * its peer advertises (`--locality-advertise-addr`), so delays and cuts are exact. CockroachDB's DistSQL connects to the plain
 * `--advertise-addr` instead (seen on 26.1). For it each node has one more proxy, which detects the dialling region from the first
 * bytes. Connections between the APIs have the same delay: one proxy for each ordered pair of regions.
 */
export class Network {
  readonly distance = new Distance();
  readonly #passages = new Set<Passage>();
  readonly #servers: Server[] = [];

  constructor(private readonly ports: ClusterPorts) {}

  /** @throws NodeJS.ErrnoException EADDRINUSE */
  async open(): Promise<void> {
    const advertised = advertisedAddresses(this.ports);
    for (const [to, { from, fromAnywhere, rpc, apiFrom, api }] of this.ports.regions) {
      for (const [other, port] of from) await this.#listen(port, { from: other, to, target: rpc });
      const peers = new Map([...advertised].filter(([region]) => region !== to));
      await this.#listen(fromAnywhere, { from: (head) => originOf(head, peers), to, target: rpc });
      for (const [other, port] of apiFrom) await this.#listen(port, { from: other, to, target: api });
    }
  }

  async close(): Promise<void> {
    for (const passage of this.#passages) passage.reset();
    await Promise.all(
      this.#servers.map((server) => {
        server.close();
        return once(server, 'close');
      }),
    );
  }

  async #listen(port: number, { from, to, target }: Wire): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (dialling) => {
      const dialled = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      const passage = new Passage(dialling, dialled, { distance: this.distance, from, to });
      this.#passages.add(passage);
      dialling.once('close', () => this.#passages.delete(passage));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
  }
}

interface Wire {
  /** The dialling region, or a function that detects it from the first bytes. */
  readonly from: Region | ((head: Buffer) => Origin);
  readonly to: Region;
  /** The port behind the proxy. */
  readonly target: number;
}

/** The plain `--advertise-addr` of each node. */
export function advertisedAddresses({ regions }: ClusterPorts): Map<Region, string> {
  return new Map([...regions].map(([region, { fromAnywhere }]) => [region, `127.0.0.1:${fromAnywhere}`]));
}
