export type * from './projection.js';
export * from './balances/balances.read-model.js';
export { ALL_PROJECTIONS, projectionNamed } from './all-projections.js';
export {
  allLiveBuilds,
  builtAs,
  generationIn,
  LIVE_BUILDS,
  liveBuilds,
  type LiveBuilds,
  liveBuildsOf,
  liveGenerations,
  liveIn,
  sameBuilds,
} from './live-builds.js';
export { balances, type BalanceState, walletBalances } from './balances/balances.projection.js';
export { type Movement, movementOf, movements, statementWallets, walletMovements } from './movements/movements.projection.js';
export { journal, journalEntries } from './journal/journal.projection.js';
export { accountTotals, trialBalance } from './trial-balance/trial-balance.projection.js';
export { dailyTotals, totalsByDay } from './daily-totals/daily-totals.projection.js';
export { decimal, int2, int8, namesOf, position, shapeOf, sumColumns } from './table-columns.js';
export {
  type Changes,
  type Connection,
  deleteWallet,
  linesBetween,
  type LinesThere,
  loadRows,
  overStrayLines,
  pageOfLines,
  pageOfRows,
  readTotals,
  saveChanges,
  tablesOf,
  walletsWithoutEvents,
} from './projection-tables.js';
export { plainNotation } from './plain-notation.js';
export { type Metadata, readMetadata } from './balances/metadata.read-model.js';
