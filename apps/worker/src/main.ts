import { createLogger, flushLogger } from '@tidemark/observability';
import { healthServer } from './health-server.js';
import { readSettings, WrongSetting } from './settings.js';
import { startWorker } from './start-worker.js';

const WRONG_USAGE = 2;
const COULD_NOT_RUN = 3;

async function main(): Promise<void> {
  const { databaseUrl, host, port, logLevel, ...which } = readSettings(process.env);
  const logger = createLogger({ level: logLevel, name: 'worker' });
  const worker = await startWorker({ databaseUrl, logger, ...which });
  const server = healthServer(host, () => worker.readiness(), worker.metrics);
  logger.info({ url: await server.listen({ host, port }) }, 'health and metrics');
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await server.close();
    await worker.close();
    await flushLogger(logger);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => (stopping ??= stop()));
}

main().catch((error: Error) => {
  process.stderr.write(`tidemark-worker: ${error.message}\n`);
  process.exit(error instanceof WrongSetting ? WRONG_USAGE : COULD_NOT_RUN);
});
