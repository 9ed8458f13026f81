import { port, readEnvironment, SETTINGS, wholeNumber, type LogLevel } from '@tidemark/observability';
import { regionApis } from './http/region-apis.js';

export { WrongSetting } from '@tidemark/observability';

/** Each connection is a process on PostgreSQL, and grouped writing needs few. */
const POOL_SIZE_MAX = 200;

/** The settings of the API, by environment variable. The table in README.md says what each is for. */
export const API_SETTINGS = {
  ...SETTINGS,
  PORT: port(3_000),
  DATABASE_POOL_SIZE: wholeNumber(1, POOL_SIZE_MAX).default(10),
  REGION_APIS: regionApis.optional(),
};

export interface Settings {
  readonly databaseUrl: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly poolSize: number;
  /** The region this process serves; absent: that of the database node. */
  readonly region?: string;
  /** The APIs of other regions, by region, without a slash at the end: commands for wallets there are handed on. */
  readonly regionApis?: ReadonlyMap<string, string>;
}

/** @throws WrongSetting */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = readEnvironment(API_SETTINGS, environment);
  return {
    databaseUrl: given.DATABASE_URL,
    host: given.HOST,
    port: given.PORT,
    logLevel: given.LOG_LEVEL,
    poolSize: given.DATABASE_POOL_SIZE,
    ...(given.REGION !== undefined && { region: given.REGION }),
    ...(given.REGION_APIS !== undefined && { regionApis: given.REGION_APIS }),
  };
}
