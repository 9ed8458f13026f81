import { defineConfig } from 'vitest/config';

// Sources, not dist: the packages' "@tidemark/source" condition points at src/index.ts.
const resolve = { conditions: ['@tidemark/source', 'node'] };
const ssr = { resolve: { conditions: ['@tidemark/source', 'node'], externalConditions: ['@tidemark/source', 'node'] } };

/** `npm run test:long` sets it. Its tests take minutes each, or three database nodes at once. */
const long = process.env.TIDEMARK_TEST_LONG !== undefined;
/** Tests of engines wait for most of their time: for disks, leases and time-outs. So two files share two cores. */
const FILES_AT_ONCE = 2;
/** Files share what they import, which takes a third of the CPU time; they leave nothing behind in it. */
const isolate = false;

const onEngines = {
  globalSetup: ['./test/engines.setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-lines.reporter.ts'],
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts'],
          isolate,
          testTimeout: 20_000, // properties take a second or two, and ten times that on a busy machine
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...onEngines,
          name: 'engines',
          include: ['test/**/*.int.spec.ts', 'test/**/*.e2e.spec.ts', 'test/architecture/**/*.spec.ts'],
          isolate,
          maxWorkers: FILES_AT_ONCE,
          sequence: { groupOrder: 1 },
        },
      },
      ...(long
        ? [
            {
              resolve,
              ssr,
              test: {
                ...onEngines,
                name: 'long',
                include: ['test/**/*.long.spec.ts'],
                maxWorkers: 1,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
    ],
  },
});
