import { inject } from 'vitest';
import type { TestEngine } from './test-engine.js';

/**
 * The engines of this run, for `describe.each(engines)('… on $engine', …)`. Empty outside the project `engines` of
 * vitest.config.ts, where unit tests run without any.
 */
export const engines: readonly TestEngine[] = inject('engines') ?? [];
