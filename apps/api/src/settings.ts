import { LOG_LEVELS, type LogLevel } from '@tidemark/observability';
import { z } from 'zod';

/** A setting that cannot be meant. The message is one line for the operator. */
export class WrongSetting extends Error {
  override readonly name = 'WrongSetting';
}

const PORT_MAX = 65_535;
/** Each connection is a process on PostgreSQL, and grouped writing needs few. */
const POOL_SIZE_MAX = 200;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `from ${min} to ${max}`);

const schema = z.object({
  DATABASE_URL: z
    .string('the URL of the database, postgresql://user@host:port/database')
    .regex(/^postgres(?:ql)?:\/\/./, 'a URL such as postgresql://user@host:port/database'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, PORT_MAX).default(3_000),
  LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
  REGION: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'the name of a region')
    .optional(),
  DATABASE_POOL_SIZE: wholeNumber(1, POOL_SIZE_MAX).default(10),
});

export interface Settings {
  readonly databaseUrl: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly poolSize: number;
  /** The region this process serves; absent: that of the database node. */
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
    port: data.PORT,
    logLevel: data.LOG_LEVEL,
    poolSize: data.DATABASE_POOL_SIZE,
    ...(data.REGION !== undefined && { region: data.REGION }),
  };
}
