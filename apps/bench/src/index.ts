export type { BenchSurroundings } from './bench-database.js';
export { linesOf, type BenchReport } from './bench-result.js';
export { runBench, type BenchName, type BenchOptions } from './run-bench.js';
