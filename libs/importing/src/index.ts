export { FileRefused } from './file-refused.js';
export { guessMapping, type Guess, type Question } from './guess/guess-mapping.js';
export { tryMapping, type Trial } from './guess/try-mapping.js';
export type { ImportSummary, ReadAs } from './import-counts.js';
export type { ImportObserver, ImportRequest } from './import-request.js';
export { importFile } from './importer.js';
export { readMapping } from './mapping/mapping.js';
export { reconcileFile, type Break, type Reconciliation } from './reconciler.js';
export type { RejectedRow } from './rejects-file.js';
