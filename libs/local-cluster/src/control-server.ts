import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ClusterRefused } from './cluster-refused.js';
import type { Region } from './regions.js';
import type { Supervisor } from './supervisor.js';

/** A command to the supervisor. */
export type ControlCommand =
  | { readonly do: 'status' | 'services' | 'heal' }
  | { readonly do: 'slow'; readonly roundTripMs: number }
  | { readonly do: 'cut' | 'kill' | 'restart'; readonly region: Region };

/** Above the length of every command. */
const COMMAND_BYTES_MAX = 4_096;

/**
 * Receives commands on loopback, as JSON in the body of a POST, from clients with the token. The answer is the status after the command.
 *
 * @throws NodeJS.ErrnoException EADDRINUSE
 */
export async function openControl(port: number, token: string, supervisor: Supervisor): Promise<() => void> {
  const server = createServer((request, response) => {
    answer(request, token, supervisor).then(
      (status) => send(response, 200, status),
      (error: Error) => send(response, error instanceof ClusterRefused ? 409 : 500, { error: error.message }),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

async function answer(request: IncomingMessage, token: string, supervisor: Supervisor): Promise<object> {
  // The header also keeps out web pages: for it, a browser would have to send a preflight request first.
  if (request.headers.authorization !== `Bearer ${token}`) throw new ClusterRefused('this is another cluster');
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > COMMAND_BYTES_MAX) throw new ClusterRefused('the command is too long');
  }
  await obey(JSON.parse(body) as ControlCommand, supervisor);
  return await supervisor.status();
}

async function obey(command: ControlCommand, supervisor: Supervisor): Promise<void> {
  switch (command.do) {
    case 'status':
      return;
    case 'services':
      return await supervisor.startServices();
    case 'slow':
      return supervisor.slow(command.roundTripMs);
    case 'cut':
      return supervisor.cut(command.region);
    case 'heal':
      return supervisor.heal();
    case 'kill':
      return await supervisor.kill(command.region);
    case 'restart':
      return await supervisor.restart(command.region);
    default:
      throw new ClusterRefused(`unknown command ${JSON.stringify(command satisfies never)}`);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
