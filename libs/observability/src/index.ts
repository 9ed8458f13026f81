export { foreignHeaderOf } from './foreign-request.js';
export { createLogger, flushLogger, LOG_LEVELS, withoutRedaction, type Logger, type LogLevel } from './logger.js';
export { isLoopback } from './loopback.js';
export { Metrics } from './metrics.js';
export type { ProjectionReading, ProjectionSource } from './projection-gauges.js';
export { plainReason } from './plain-reason.js';
export { PROJECTION_LAG_MAX_SECONDS, port, readEnvironment, SETTINGS, wholeNumber, WrongSetting } from './settings.js';
