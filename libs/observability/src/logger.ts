import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** From least to most output; `silent` writes nothing. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Lines are written together: a write a line would cost a busy API more than everything else about logging. The
 * destination writes 16 KiB at most at once.
 */
const BUFFER_BYTES = 15 * 1024;
/** How long a line is buffered before it is written. */
const BUFFER_MS_MAX = 100;

/** Fields that are redacted at any depth of a logged object. */
const SECRETS = ['authorization', 'idempotencyKey', 'secret', 'apiKey', 'password'];
const REDACTED_PATHS = [
  ...SECRETS.flatMap((name) => [name, `*.${name}`]),
  ...['headers', 'req.headers'].flatMap((path) => [`${path}.authorization`, `${path}["idempotency-key"]`]),
];

/**
 * A logger that writes one JSON object a line, with the time in ISO 8601, to standard output or to a stream of the
 * caller's. Keys and secrets are redacted.
 *
 * @param options.name which process this is (`api`, `worker`)
 */
export function createLogger(options: { level: LogLevel; name?: string; destination?: DestinationStream }): Logger {
  const { level, name, destination } = options;
  return pino(
    {
      level,
      base: name === undefined ? null : { name },
      timestamp: isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    destination ?? pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES, periodicFlush: BUFFER_MS_MAX }),
  );
}

let writtenAt = 0;
let written = '';

/** As pino's own, but written once a millisecond and not once a line. */
function isoTime(): string {
  const now = Date.now();
  if (now !== writtenAt) {
    writtenAt = now;
    written = `,"time":"${new Date(now).toISOString()}"`;
  }
  return written;
}

/**
 * The same log for lines whose fields are fixed and hold no secrets: looking for them again costs more than everything
 * else about a line (4 of 12 µs).
 */
export function withoutRedaction(logger: Logger): Logger {
  return logger.child({}, { redact: [] });
}

/** Writes out what is buffered. Call it before the process ends. */
export function flushLogger(logger: Logger): Promise<void> {
  return new Promise((resolve) => logger.flush(() => resolve()));
}
