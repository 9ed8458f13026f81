export * from './audit.js';
export * from './audit-commits.js';
export * from './audit-directory.js';
export * from './audit-events.js';
export * from './audit-facts.js';
export * from './audit-outcomes.js';
export * from './audit-regions.js';
export * from './audit-snapshots.js';
