import { fileURLToPath } from 'node:url';
import { ConnectFailed, StartRefused } from '@tidemark/database';
import { startEngines } from '@tidemark/testing/start-engines';
import type { TestProject } from 'vitest/node';

/** Starts every engine of this machine once before the first test file, and stops them after the last one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = fileURLToPath(new URL('../.tidemark/test-postgres', import.meta.url));
  try {
    const { engines, missing, stop } = await startEngines({ directory, env: process.env });
    project.provide('engines', engines);
    project.provide('missingEngines', missing);
    return stop;
  } catch (error) {
    if (!(error instanceof StartRefused || error instanceof ConnectFailed)) throw error;
    // If this were thrown on, the run would end with "No test files found" and 0 failed. It is printed as one line for an
    // operator, and the closing lines must still be the last ones.
    process.stdout.write(`engines: ${error.message}\n0 passed, 1 failed\n`);
    process.exit(1);
  }
}
