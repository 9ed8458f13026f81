export { createLogger, flushLogger, LOG_LEVELS, withoutRedaction, type Logger, type LogLevel } from './logger.js';
export { Metrics, type Lag } from './metrics.js';
export { port, readEnvironment, SETTINGS, wholeNumber, WrongSetting } from './settings.js';
