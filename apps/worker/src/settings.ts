import { LOG_LEVELS, type LogLevel } from '@tidemark/observability';
import { z } from 'zod';

/** A setting that cannot be meant. The message is one line for the operator. */
export class WrongSetting extends Error {
  override readonly name = 'WrongSetting';
}

const PORT_MAX = 65_535;

const schema = z.object({
  DATABASE_URL: z
    .string('the URL of the database, postgresql://user@host:port/database')
    .regex(/^postgres(?:ql)?:\/\/./, 'a URL such as postgresql://user@host:port/database'),
  HOST: z.string().default('127.0.0.1'),
  WORKER_PORT: z
    .string()
    .regex(/^\d{1,6}$/, 'a whole number')
    .transform(Number)
    .refine((port) => port <= PORT_MAX, `from 0 to ${PORT_MAX}`)
    .default(3_001),
  REGION: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'the name of a region')
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

export interface Settings {
  readonly databaseUrl: string;
  /** For health and metrics. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** The region to look after first; absent: that of the database node. */
  readonly region?: string;
}

/**
 * Reads the settings from environment variables; an empty one counts as absent.
 *
 * @throws WrongSetting
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { success, data, error } = schema.safeParse(given);
  if (!success) {
    const [first] = error.issues;
    throw new WrongSetting(`${first?.path.join('.')}: ${first?.message}`);
  }
  return {
    databaseUrl: data.DATABASE_URL,
    host: data.HOST,
    port: data.WORKER_PORT,
    logLevel: data.LOG_LEVEL,
    ...(data.REGION !== undefined && { region: data.REGION }),
  };
}
