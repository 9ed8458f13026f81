import { z } from 'zod';
import { LOG_LEVELS } from './logger.js';
import { plainReason } from './plain-reason.js';

/** A setting with an invalid value. The message is one line for the operator. */
export class WrongSetting extends Error {
  override readonly name = 'WrongSetting';
}

const PORT_MAX = 65_535;

/** A setting that is a whole number in these bounds. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);
}

/** A setting that is a port to listen on; 0: any free one. */
export function port(byDefault: number) {
  return wholeNumber(0, PORT_MAX).default(byDefault);
}

/** Beyond a day it would be no limit. */
const LAG_SECONDS_MAX = 86_400;

/**
 * How many seconds the projections may be behind before a process that runs a worker says it is not ready. By default a
 * minute: a worker that died is replaced within 10 s, and a deployment takes less than the rest.
 */
export const PROJECTION_LAG_MAX_SECONDS = wholeNumber(1, LAG_SECONDS_MAX).default(60);

/** The settings that every process of Tidemark has. */
export const SETTINGS = {
  DATABASE_URL: z
    .string('must be the URL of the database, postgresql://user@host:port/database')
    .regex(/^postgres(?:ql)?:\/\/./, 'must be a URL such as postgresql://user@host:port/database'),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  REGION: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be the name of a region: a-z, 0-9 and -')
    .optional(),
};

/**
 * Reads settings from environment variables; an empty one counts as absent, and others than those asked for do not matter.
 *
 * @param shape what to read, by variable
 * @throws WrongSetting
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: NodeJS.ProcessEnv,
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { success, data, error } = z.object(shape).safeParse(given, { error: plainReason });
  if (success) return data;
  const [first] = error.issues;
  throw new WrongSetting(`${first?.path.join('.')}: ${first?.message}`);
}
