import { defineConfig } from 'vitest/config';

/** The long form of the fault suite: `npm run test:faults`. Its short form runs with all other tests. */
const resolve = { conditions: ['@tidemark/source', 'node'] };

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    reporters: ['default', './test/closing-lines.reporter.ts'],
    projects: [
      {
        resolve,
        ssr: {
          resolve: { conditions: ['@tidemark/source', 'node'], externalConditions: ['@tidemark/source', 'node'] },
        },
        test: {
          name: 'engines',
          include: ['test/simulation/full-suite.ts'],
          globalSetup: ['./test/engines.setup.ts'],
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
