export { FileRefused } from './file-refused.js';
export type { ImportSummary, ReadAs } from './import-counts.js';
export type { ImportObserver, ImportRequest } from './import-request.js';
export { importFile } from './importer.js';
export { readMapping } from './mapping/mapping.js';
export { reconcileFile, type Break, type Reconciliation } from './reconciler.js';
export type { RejectedRow } from './rejects-file.js';
