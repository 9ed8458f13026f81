import { defineConfig } from 'vitest/config';

// Sources, not dist: the packages' "@tidemark/source" condition points at src/index.ts.
const resolve = { conditions: ['@tidemark/source', 'node'] };
const ssr = { resolve: { conditions: ['@tidemark/source', 'node'], externalConditions: ['@tidemark/source', 'node'] } };

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-lines.reporter.ts'],
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'unit', include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'engines',
          include: ['test/**/*.int.spec.ts', 'test/**/*.e2e.spec.ts', 'test/architecture/**/*.spec.ts'],
          globalSetup: ['./test/engines.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
