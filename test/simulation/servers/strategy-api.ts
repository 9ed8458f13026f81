// An API process with another write strategy than the product's: `node strategy-api.ts` with STRATEGY.
import { startApi } from '@tidemark/api';
import type { StrategyName } from '@tidemark/event-store';
import { createLogger } from '@tidemark/observability';

const { DATABASE_URL, PORT, LOG_LEVEL, STRATEGY, REGION } = process.env;
const api = await startApi({
  databaseUrl: DATABASE_URL!,
  port: Number(PORT),
  strategy: STRATEGY as StrategyName,
  ...(REGION && { region: REGION }),
  logger: createLogger({ level: LOG_LEVEL as 'warn', name: `api-${STRATEGY}` }),
});
process.on('SIGTERM', () => void api.close().then(() => process.exit(0)));
