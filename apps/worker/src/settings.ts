import { port, PROJECTION_LAG_MAX_SECONDS, readEnvironment, SETTINGS, type LogLevel } from '@tidemark/observability';

export { WrongSetting } from '@tidemark/observability';

/** The settings of the worker, by environment variable. The table in README.md says what each is for. */
export const WORKER_SETTINGS = { ...SETTINGS, WORKER_PORT: port(3_001), PROJECTION_LAG_MAX_SECONDS };

export interface Settings {
  readonly databaseUrl: string;
  /** For health and metrics. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** How many seconds a live build may be behind before the worker is not ready. */
  readonly lagSecondsMax: number;
  /** The region to look after first; absent: that of the database node. */
  readonly region?: string;
}

/** @throws WrongSetting */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = readEnvironment(WORKER_SETTINGS, environment);
  return {
    databaseUrl: given.DATABASE_URL,
    host: given.HOST,
    port: given.WORKER_PORT,
    logLevel: given.LOG_LEVEL,
    lagSecondsMax: given.PROJECTION_LAG_MAX_SECONDS,
    ...(given.REGION !== undefined && { region: given.REGION }),
  };
}
