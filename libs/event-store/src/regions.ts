import { StartRefused, type Database } from '@tidemark/database';

/** The one region of a database that is not spread over several; its rows keep the name when it is spread later. */
export const SINGLE_REGION = 'local';

export interface Regions {
  /** Where wallets may be opened, the caller's own region first. */
  readonly homes: readonly [string, ...string[]];
  /** Every region that the log has rows of, the caller's own first. */
  readonly logs: readonly [string, ...string[]];
}

/**
 * The regions of a database: those it was given (`tidemark migrate --regions`), or the single one.
 *
 * @param own the caller's region; without it that of the gateway node
 * @throws StartRefused when `own` is none of them
 */
export async function regionsOf(database: Pick<Database, 'query' | 'engine'>, own?: string): Promise<Regions> {
  const { all, gateway } = await databaseRegions(database);
  const home = own ?? gateway;
  if (!all.includes(home)) throw new StartRefused(`REGION ${home} is none of the database's: ${all.join(', ')}`);
  const others = all.filter((region) => region !== home);
  const homes = [home, ...others] as const;
  return { homes, logs: all.includes(SINGLE_REGION) ? homes : [...homes, SINGLE_REGION] };
}

async function databaseRegions({
  query,
  engine,
}: Pick<Database, 'query' | 'engine'>): Promise<{ all: string[]; gateway: string }> {
  if (engine === 'postgres') return { all: [SINGLE_REGION], gateway: SINGLE_REGION };
  const { rows } = await query<{ region: string; is_primary: boolean }>(
    `SELECT region, "primary" AS is_primary FROM [SHOW REGIONS FROM DATABASE] ORDER BY region`,
  );
  if (rows.length === 0) return { all: [SINGLE_REGION], gateway: SINGLE_REGION };
  const all = rows.map(({ region }) => region);
  const locality = await query<{ locality: string }>(`SHOW LOCALITY`);
  const gateway = /(?:^|,)region=([^,]+)/.exec(locality.rows[0]!.locality)?.[1];
  const primary = rows.find(({ is_primary }) => is_primary)!.region;
  return { all, gateway: gateway && all.includes(gateway) ? gateway : primary };
}
