/** What Nest injects by name, because it has no class of its own. */
export const DATABASE_REGIONS = Symbol('database regions');
export const ENGINE = Symbol('engine');
export const READINESS = Symbol('readiness');

/** The regions of the database, in which wallets may be opened; the region of this service first. */
export type DatabaseRegions = readonly [string, ...string[]];
