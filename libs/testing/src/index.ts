export { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';
export { engines } from './engines.js';
export { freshDatabase, type FreshDatabase } from './fresh-database.js';
export type { MissingEngine, TestEngine } from './test-engine.js';
