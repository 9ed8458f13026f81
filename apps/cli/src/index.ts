export { EXIT } from './process/exit.js';
export { runTidemark } from './program.js';
export type { Output, Surroundings } from './process/surroundings.js';
