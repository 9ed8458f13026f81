import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy that lets a write commit, but answers that its result is unknown. */
export interface AmbiguousProxy {
  readonly url: string;
  /** Number of the next flushes that are answered with 40003 although they were committed. */
  denyNext(flushes: number): void;
  /** Number of flushes that were answered with 40003. */
  readonly denied: number;
  close(): Promise<void>;
}

const READY_FOR_QUERY = 0x5a; // 'Z'
const PARSE_COMPLETE = 0x31; // '1': must be passed on, otherwise the driver would prepare the same name twice
const ERROR = 0x45; // 'E'
const LENGTH_BYTES = 4;
/** The name of the product's prepared statements that write a flush (`append.sql.ts`). */
const A_FLUSH = Buffer.from('append-');

/**
 * A proxy between a service and its database that reads the wire protocol.
 *
 * Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export async function ambiguousProxy(url: string): Promise<AmbiguousProxy> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let toDeny = 0;
  let denied = 0;
  const server = createServer((inside) => {
    const outside = connect(Number(target.port), target.hostname);
    let flushing = false;
    let pending = Buffer.alloc(0);
    let batch: Buffer[] = [];
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => (open.delete(socket), other.destroy()));
    }
    inside.on('data', (chunk: Buffer) => {
      flushing ||= chunk.includes(A_FLUSH);
      outside.write(chunk);
    });
    outside.on('data', (chunk: Buffer) => {
      if (!flushing && pending.length === 0) return void inside.write(chunk);
      pending = Buffer.concat([pending, chunk]);
      for (let message = takeMessage(pending); message; message = takeMessage(pending)) {
        pending = pending.subarray(message.length);
        batch.push(message);
        if (message[0] !== READY_FOR_QUERY) continue;
        const failed = batch.some(([type]) => type === ERROR);
        if (flushing && !failed && toDeny > 0) {
          toDeny--;
          denied++;
          batch = [...batch.filter(([type]) => type === PARSE_COMPLETE), AMBIGUOUS, message];
        }
        inside.write(Buffer.concat(batch));
        batch = [];
        flushing = false;
      }
      return undefined;
    });
    outside.on('end', () => inside.end());
    inside.on('end', () => outside.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as { port: number }).port);
  return {
    url: through.href,
    denyNext: (flushes) => void (toDeny += flushes),
    get denied() {
      return denied;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function takeMessage(buffer: Buffer): Buffer | undefined {
  if (buffer.length < 1 + LENGTH_BYTES) return undefined;
  const length = 1 + buffer.readUInt32BE(1);
  return buffer.length < length ? undefined : buffer.subarray(0, length);
}

const AMBIGUOUS = errorResponse({ S: 'ERROR', V: 'ERROR', C: '40003', M: 'result is ambiguous (injected)' });

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([field, value]) => `${field}${value}\0`)
      .join('')}\0`,
  );
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head[0] = ERROR;
  head.writeUInt32BE(LENGTH_BYTES + body.length, 1);
  return Buffer.concat([head, body]);
}
