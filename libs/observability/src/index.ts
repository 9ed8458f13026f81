export { createLogger, flushLogger, LOG_LEVELS, withoutRedaction, type Logger, type LogLevel } from './logger.js';
export { Metrics, type Lag } from './metrics.js';
