import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly replayed: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the caller checks it
  readonly json: any;
}

/** Shorter than the deadline of a command in the service, so that clients also give up commands that are still in flight. */
const ANSWER_MS_MAX = 8_000;

/** Keep-alive HTTP to the processes of a service. It uses `node:http`, because `fetch` costs twice as much CPU for a request. */
export class HttpConnections {
  private readonly agent = new Agent({ keepAlive: true });

  /** @throws the error of a broken connection, or Error after ANSWER_MS_MAX. The request may have taken effect */
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
          response.on('close', () => reject(new Error('the answer was cut off'))); // no effect after `end`
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
