import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly replayed: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- judged by whoever asked
  readonly json: any;
}

/** Shorter than the service may try a command, so that clients also walk away from commands that are still on their way. */
const ANSWER_MS_MAX = 8_000;

/** Keep-alive HTTP to the processes of a service. `node:http`, because `fetch` costs the machine twice as much a request. */
export class HttpConnections {
  private readonly agent = new Agent({ keepAlive: true });

  /** @throws whatever breaks a connection, and Error after ANSWER_MS_MAX: the request may have been served or not */
  send(base: string, path: string, command?: { key: string; body: object }): Promise<HttpAnswer> {
    const body = command && JSON.stringify(command.body);
    const headers = command && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body!),
      'idempotency-key': command.key,
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${base}${path}`,
        { agent: this.agent, method: command ? 'POST' : 'GET', ...(headers && { headers }) },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('close', () => reject(new Error('the answer was cut off'))); // too late after `end`
          response.on('end', () => {
            clearTimeout(patience);
            const replayed = response.headers['idempotency-replayed'] === 'true';
            try {
              const json: unknown = JSON.parse(Buffer.concat(chunks).toString());
              resolve({ status: response.statusCode!, replayed, json });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      const patience = setTimeout(() => sent.destroy(new Error('no answer in time')), ANSWER_MS_MAX);
      sent.on('error', (error) => {
        clearTimeout(patience);
        reject(error);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
