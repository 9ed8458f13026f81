import { request } from 'node:http';
import { ClusterRefused } from './cluster-refused.js';
import type { ControlCommand } from './control-server.js';
import type { ClusterStatus } from './status.js';

/**
 * Sends a command to the supervisor and waits for its end, without a timeout. Every step of a command has its own bound in the
 * supervisor. (`fetch` would stop after five minutes.)
 *
 * @throws ClusterRefused when no supervisor answers
 */
export function askSupervisor(
  port: number,
  token: string,
  command: ControlCommand,
): Promise<ClusterStatus | { readonly error: string }> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(new ClusterRefused(`the supervisor does not answer (${error.message}): npm run cluster -- down`));
    const headers = { authorization: `Bearer ${token}` };
    request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (body += chunk));
      answer.on('error', refuse);
      answer.on('end', () => resolve(JSON.parse(body) as ClusterStatus | { error: string }));
    })
      .on('error', refuse)
      .end(JSON.stringify(command));
  });
}
