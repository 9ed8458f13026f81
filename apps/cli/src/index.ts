export { runTidemark } from './program.js';
export type { Output, Surroundings } from './process/surroundings.js';
