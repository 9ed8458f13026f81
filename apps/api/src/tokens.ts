/** Injection tokens for values that have no class of their own. */
export const DATABASE_REGIONS = Symbol('database regions');
export const ENGINE = Symbol('engine');
export const READINESS = Symbol('readiness');

/** The regions of the database, in which wallets may be opened; the region of this service first. */
export type DatabaseRegions = readonly [string, ...string[]];
