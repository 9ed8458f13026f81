import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The servers that tests ask Docker for. The one place that names them. */
export const COCKROACH_IMAGE = 'cockroachdb/cockroach:v26.1.2';
export const POSTGRES_IMAGE = 'postgres:18';

const COCKROACH_SQL_PORT = 26257;
/** Nothing is kept, and in memory a schema change costs half as much. The bound is for machines with little of it. */
const IN_MEMORY = 'rw,size=2g';
/** A daemon on this machine answers in milliseconds. The time-out is for machines without one. */
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

/** A server in a container. */
export interface Container {
  /** As the superuser, who alone may create databases and roles. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a CockroachDB container. Loads testcontainers only now, as below: it is big, and most runs do not need it. A container
 * of its own (Ryuk) ends this one if the run is killed; where its image cannot be had, `TESTCONTAINERS_RYUK_DISABLED=true`.
 */
export async function cockroachContainer(): Promise<Container> {
  const { CockroachDbContainer } = await import('@testcontainers/cockroachdb');
  const container = await new CockroachDbContainer(COCKROACH_IMAGE)
    .withTmpFs({ '/cockroach/cockroach-data': IN_MEMORY })
    .withStartupTimeout(START_MS_MAX)
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(COCKROACH_SQL_PORT)}`;
  return {
    url: `postgresql://root@${address}/defaultdb?sslmode=disable`,
    stop: async () => void (await container.stop()),
  };
}

/** Starts a PostgreSQL container. */
export async function postgresContainer(): Promise<Container> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer(POSTGRES_IMAGE)
    .withDatabase('postgres')
    .withTmpFs({ '/var/lib/postgresql': IN_MEMORY })
    .withStartupTimeout(START_MS_MAX)
    .start();
  return { url: container.getConnectionUri(), stop: async () => void (await container.stop()) };
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
