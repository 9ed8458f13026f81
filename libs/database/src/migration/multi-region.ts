import { isMissingDatabase, withClient } from '../ask-engine.js';
import { connect } from '../connect.js';
import { sqlStateOf } from '../classification.js';
import { engineVersion, type Engine } from '../engine.js';
import { ConnectFailed, StartRefused } from '../errors.js';
import { send, type RunStatement } from '../statement.js';
import { acquireLease, LEASE_TIMES } from './lease.js';
import { readMigrations } from './migration-files.js';
import { nameOfDatabase } from './schema-state.js';

/** The survival goal: the loss of a zone (here one node), or of a whole region. */
export type SurvivalGoal = 'zone' | 'region';

export interface SpreadOptions {
  readonly url: string;
  /** The folder of templates (`migrations/cockroach/multi-region`). */
  readonly directory: string;
  readonly survive: SurvivalGoal;
  /** The primary region, for rows without a region of their own. Absent: the database's, otherwise the gateway's. */
  readonly primary?: string;
  readonly log?: (line: string) => void;
}

export interface Spread {
  readonly primary: string;
  readonly regions: readonly string[];
  readonly survive: SurvivalGoal;
}

/** For catalog queries, which are slow on a cluster under load. */
const LOOK_TIMEOUT_MS = 30_000;
/** Changing the locality of a table copies it. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;
/** To survive the loss of a region, two others must form the majority. */
const REGIONS_MIN: Record<SurvivalGoal, number> = { zone: 1, region: 3 };

/**
 * Spreads a migrated CockroachDB database over the regions that its cluster's nodes declare. The database may be empty or contain
 * events, and the service may run. Can be repeated.
 *
 * @throws StartRefused in one line, before anything is changed: in all cases of {@link requireRegions}; and when the cluster
 *   needs a licence
 */
export async function spreadOverRegions(options: SpreadOptions): Promise<Spread> {
  const { url, directory, survive, log = () => undefined } = options;
  const database = await connect({
    url,
    applicationName: 'tidemark-migrate',
    poolSize: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const plan = await planOf(database.engine, database.query, options);
    const lease = await acquireLease(database, log, LEASE_TIMES);
    try {
      for (const { name, statements } of await readMigrations(directory)) {
        for (const { text } of statements) {
          for (const statement of fillIn(text, plan, nameOfDatabase(url))) {
            lease.assertHeld();
            await database.query(statement).catch(sayIfLicence);
          }
        }
        log(`applied multi-region/${name}`);
      }
    } finally {
      await lease.release().catch(() => undefined);
    }
    return { primary: plan.primary, regions: plan.regions, survive };
  } finally {
    await database.close();
  }
}

/**
 * Checks that a database can be spread, also before it is created.
 *
 * @throws StartRefused in one line: PostgreSQL, nodes without localities, fewer regions than the survival goal needs, an
 *   unknown primary region, other regions than last time
 */
export async function requireRegions(options: Pick<SpreadOptions, 'url' | 'survive' | 'primary'>): Promise<void> {
  const planAt = (url: string) =>
    withClient(url, LOOK_TIMEOUT_MS, async (client) => {
      const query = (async (text: string) => await send(client, { text }, LOOK_TIMEOUT_MS)) as RunStatement;
      const { rows } = await query<{ version: string }>('SELECT version()');
      await planOf(engineVersion(rows[0]!.version).engine, query, options);
    });
  await planAt(options.url).catch(async (error: unknown) => {
    if (error instanceof ConnectFailed && isMissingDatabase(error.cause)) throw new StartRefused(NO_REGIONS);
    // CockroachDB accepts a session for a database that does not exist, until a query reads a catalog.
    if (!isMissingDatabase(error)) throw error;
    const system = new URL(options.url);
    system.pathname = '/system';
    await planAt(system.href);
  });
}

const NO_REGIONS = 'regions are for CockroachDB; this is PostgreSQL';

interface Plan {
  readonly primary: string;
  readonly regions: readonly string[];
  readonly survive: SurvivalGoal;
}

async function planOf(
  engine: Engine,
  query: RunStatement,
  { survive, primary }: Pick<SpreadOptions, 'survive' | 'primary'>,
): Promise<Plan> {
  if (engine !== 'cockroach') throw new StartRefused(NO_REGIONS);
  const names = async (text: string) => (await query<{ region: string }>(text)).rows.map(({ region }) => region);
  const regions = await names('SELECT region FROM [SHOW REGIONS FROM CLUSTER] ORDER BY region');
  if (regions.length === 0) {
    throw new StartRefused('the nodes of this cluster declare no region: start them with --locality=region=…');
  }
  if (regions.length < REGIONS_MIN[survive]) {
    throw new StartRefused(
      `to survive the loss of a ${survive} takes ${REGIONS_MIN[survive]} regions; there ${regions.length === 1 ? 'is' : 'are'} ${regions.join(', ')}`,
    );
  }
  const [before] = await names('SELECT region FROM [SHOW REGIONS FROM DATABASE] WHERE "primary"');
  const chosen = primary ?? before ?? (await names('SELECT gateway_region() AS region'))[0]!;
  if (!regions.includes(chosen))
    throw new StartRefused(`${chosen} is no region of this cluster: ${regions.join(', ')}`);
  const spread = await names('SELECT region FROM [SHOW REGIONS FROM DATABASE] ORDER BY region');
  if (spread.length > 1 && spread.join() !== regions.join()) {
    throw new StartRefused(
      `the database is spread over ${spread.join(', ')} and the cluster has ${regions.join(', ')}`,
    );
  }
  return { primary: chosen, regions, survive };
}

/** The statements of one template. Names of regions are quoted as identifiers or as texts. */
function fillIn(template: string, { primary, regions, survive }: Plan, database: string): string[] {
  const name = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const value = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const filled = template
    .replaceAll('{{database}}', name(database))
    .replaceAll('{{primary}}', name(primary))
    .replaceAll('{{primary_value}}', value(primary))
    .replaceAll('{{survive}}', survive.toUpperCase())
    .replaceAll('{{cases}}', regions.map((region) => `WHEN ${value(region)} THEN ${value(region)}`).join(' '));
  if (!filled.includes('{{other}}')) return [filled];
  return regions.filter((region) => region !== primary).map((region) => filled.replaceAll('{{other}}', name(region)));
}

function sayIfLicence(error: unknown): never {
  // XXC02 is CockroachDB's "CCL valid license required".
  if (sqlStateOf(error) === 'XXC02') throw new StartRefused('this CockroachDB wants a licence key for regions');
  throw error;
}
