export type { Page, ProjectedRow, Projection } from './projection.js';
export { LogBroken, openProjection, readCheckpoint, step, type Step } from './worker.js';
export { runWorker, type RunningWorker, type WorkerObserver } from './worker-loop.js';
export { balances, type BalanceRow, type Movement } from './balances/balances.projection.js';
export * from './balances/balances.read-model.js';
