import { createLogger, flushLogger } from '@tidemark/observability';
import { readSettings, WrongSetting } from './settings.js';
import { startApi } from './start-api.js';

const WRONG_USAGE = 2;
const COULD_NOT_RUN = 3;

async function main(): Promise<void> {
  const { logLevel, ...options } = readSettings(process.env);
  const logger = createLogger({ level: logLevel, name: 'api' });
  const api = await startApi({ ...options, logger });
  const stop = async () => {
    await api.close(); // the same promise for every signal
    await flushLogger(logger);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: Error) => {
  process.stderr.write(`tidemark-api: ${error.message}\n`);
  process.exit(error instanceof WrongSetting ? WRONG_USAGE : COULD_NOT_RUN);
});
