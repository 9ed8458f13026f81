import type { Database } from '@tidemark/database';

/** Which builds of a projection readers see: one, and in some regions another, which is of that region alone. */
export interface LiveBuilds {
  readonly generation: string;
  /** The generation of each region that has a build of its own. */
  readonly regions: Readonly<Record<string, string>>;
}

/** The build that readers see in a region. */
export function generationIn({ generation, regions }: LiveBuilds, region: string): string {
  return Object.hasOwn(regions, region) ? regions[region]! : generation;
}

/** Every build that readers of some region see. */
export function liveGenerations({ generation, regions }: LiveBuilds): string[] {
  return [...new Set([generation, ...Object.values(regions)])];
}

export function sameBuilds(a: LiveBuilds, b: LiveBuilds): boolean {
  const text = ({ generation, regions }: LiveBuilds) => JSON.stringify([generation, Object.entries(regions).sort()]);
  return text(a) === text(b);
}

/** In words: `2`, or `2, in eu 3`. */
export function builtAs({ generation, regions }: LiveBuilds): string {
  return [generation, ...Object.entries(regions).map(([region, own]) => `in ${region} ${own}`)].join(', ');
}

/**
 * SQL for the pointers of a projection in one text, from its row `p` of `projections`; for `liveBuildsOf`. Two texts from
 * one database are equal when the pointers are.
 */
export const LIVE_BUILDS = `(p.live_generation::text ||
  CASE WHEN p.region_builds = '{}'::jsonb THEN '' ELSE ' ' || p.region_builds::text END)`;

/** SQL for the build that readers see in a region, from the row `p` of `projections`. @param region SQL */
export function liveIn(region: string): string {
  return `COALESCE((p.region_builds->>${region})::int8, p.live_generation)`;
}

/** @param text as `LIVE_BUILDS` selects it */
export function liveBuildsOf(text: string): LiveBuilds {
  const [generation] = text.split(' ', 1);
  const regions = text.slice(generation!.length);
  return { generation: generation!, regions: regions === '' ? {} : (JSON.parse(regions) as Record<string, string>) };
}

/** What readers of a projection see; undefined while no worker has ever run. */
export async function liveBuilds(database: Pick<Database, 'query'>, name: string): Promise<LiveBuilds | undefined> {
  return (await allLiveBuilds(database, name)).get(name);
}

/** What readers see, by projection: of one or of all. */
export async function allLiveBuilds(
  { query }: Pick<Database, 'query'>,
  name?: string,
): Promise<Map<string, LiveBuilds>> {
  const { rows } = await query<{ name: string; live: string }>(
    `SELECT p.name, ${LIVE_BUILDS} AS live FROM projections p
     WHERE $1::text IS NULL OR p.name = $1::text ORDER BY p.name`,
    [name ?? null],
  );
  return new Map(rows.map((row) => [row.name, liveBuildsOf(row.live)]));
}
