import { connect, type Database } from '../connect.js';
import { sqlStateOf } from '../classification.js';
import { StartRefused } from '../errors.js';
import { acquireLease, LEASE_TIMES } from './lease.js';
import { readMigrations } from './migration-files.js';
import { nameOfDatabase } from './schema-state.js';

/** What the database is to survive: the loss of a zone (one node here), or of a whole region. */
export type SurvivalGoal = 'zone' | 'region';

export interface SpreadOptions {
  readonly url: string;
  /** The folder of templates (`migrations/cockroach/multi-region`). */
  readonly directory: string;
  readonly survive: SurvivalGoal;
  /** Where rows without a region of their own live. Absent: the one the database has, else the gateway's. */
  readonly primary?: string;
  readonly log?: (line: string) => void;
}

export interface Spread {
  readonly primary: string;
  readonly regions: readonly string[];
  readonly survive: SurvivalGoal;
}

/** Changing the locality of a table copies it. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;
/** Before it, `schema_locked` and computed region columns are not what the templates expect. */
const VERSION_MIN = [24, 1] as const;
/** A region can only be outvoted by two others. */
const REGIONS_MIN: Record<SurvivalGoal, number> = { zone: 1, region: 3 };

/**
 * Spreads a migrated CockroachDB database over the regions that its cluster's nodes declare, fresh or with events in it,
 * while the service runs. May be run again.
 *
 * @throws StartRefused in one line, before anything is changed: PostgreSQL, a version too old, nodes without localities,
 *   fewer regions than the survival goal needs, an unknown primary region, other regions than last time; and when the
 *   cluster wants a licence
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
    const plan = await planOf(database, options);
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

interface Plan {
  readonly primary: string;
  readonly regions: readonly string[];
  readonly survive: SurvivalGoal;
}

async function planOf(database: Database, { survive, primary }: SpreadOptions): Promise<Plan> {
  if (database.engine !== 'cockroach') throw new StartRefused('regions are for CockroachDB; this is PostgreSQL');
  requireVersion(database.version);
  const names = async (text: string) =>
    (await database.query<{ region: string }>(text)).rows.map(({ region }) => region);
  const regions = await names('SELECT region FROM [SHOW REGIONS FROM CLUSTER] ORDER BY region');
  if (regions.length === 0) {
    throw new StartRefused('the nodes of this cluster declare no region: start them with --locality=region=…');
  }
  if (regions.length < REGIONS_MIN[survive]) {
    throw new StartRefused(
      `to survive the loss of a ${survive} takes ${REGIONS_MIN[survive]} regions; there are ${regions.join(', ')}`,
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

function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin, minorMin] = VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new StartRefused(`CockroachDB ${version} is too old for regions: ${VERSION_MIN.join('.')} or later`);
}

/** The statements of one template. Names of regions are quoted as what they stand for: identifiers, or texts. */
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
