import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The CockroachDB that tests ask Docker for. The one place that names it. */
export const COCKROACH_IMAGE = 'cockroachdb/cockroach:v26.1.2';

const SQL_PORT = 26257;
/** A daemon on this machine answers in milliseconds; nobody should wait for one that is not there. */
const PING_MS_MAX = 1_000;
/** The image may have to be pulled first. */
const START_MS_MAX = 300_000;

/** True when a Docker daemon answers, at `DOCKER_HOST` or where installations put its socket. */
export async function dockerAnswers(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (env.DOCKER_HOST) return await ping(env.DOCKER_HOST);
  const sockets = [
    '/var/run/docker.sock',
    env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'docker.sock'),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(homedir(), '.docker', 'desktop', 'docker.sock'),
  ];
  for (const socket of sockets) {
    if (socket && existsSync(socket) && (await ping(`unix://${socket}`))) return true;
  }
  return false;
}

/** Starts a CockroachDB container. Loads testcontainers only now: it is big, and most runs do not need it. */
export async function cockroachContainer(): Promise<{ url: string; stop(): Promise<void> }> {
  const { CockroachDbContainer } = await import('@testcontainers/cockroachdb');
  const container = await new CockroachDbContainer(COCKROACH_IMAGE).withStartupTimeout(START_MS_MAX).start();
  return {
    // As root, who alone may create databases and roles.
    url: `postgresql://root@${container.getHost()}:${container.getMappedPort(SQL_PORT)}/defaultdb?sslmode=disable`,
    stop: async () => void (await container.stop()),
  };
}

function ping(host: string): Promise<boolean> {
  const { protocol, hostname, port, pathname } = new URL(host);
  const target = protocol === 'unix:' ? { socketPath: pathname } : { hostname, port: port || 2375 };
  return new Promise((resolve) => {
    request({ ...target, path: '/_ping', timeout: PING_MS_MAX }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    })
      .on('timeout', function (this: { destroy(): void }) {
        this.destroy();
      })
      .on('error', () => resolve(false))
      .end();
  });
}
