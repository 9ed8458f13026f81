/** What Nest injects by name, because it has no class of its own. */
export const HOME_REGIONS = Symbol('home regions');
export const ENGINE = Symbol('engine');
export const READINESS = Symbol('readiness');

/** The regions that wallets may live in, the one of this service first. */
export type HomeRegions = readonly [string, ...string[]];
