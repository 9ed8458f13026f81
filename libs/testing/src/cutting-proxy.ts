import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  /** The database's URL, through the proxy. */
  url: string;
  /** Resets every connection that is open now, as a crash or a firewall would. */
  cut(): void;
  /** The next answer of the database is swallowed and its connection reset: the statement arrived, its result never did. */
  swallowNextAnswer(): void;
  /** From now on new connections are reset at once, until called with `false`. */
  refuse(refused: boolean): void;
  close(): Promise<void>;
}

/** A TCP proxy in front of a database, to cut connections at a chosen time. This causes real ambiguous results. */
export async function cuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let refused = false;
  let swallowing = false;
  const server = createServer((inside) => {
    if (refused) return void inside.resetAndDestroy();
    const outside = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    inside.pipe(outside);
    outside.on('end', () => inside.end());
    outside.on('data', (answer) => {
      if (!swallowing) return void inside.write(answer);
      swallowing = false;
      return void inside.resetAndDestroy();
    });
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => open.forEach((socket) => socket.resetAndDestroy());
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as { port: number }).port);
  return {
    url: through.href,
    cut,
    swallowNextAnswer: () => void (swallowing = true),
    refuse: (now) => void (refused = now),
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
