import { execFileSync } from 'node:child_process';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

/** An import in the wrong direction, or an impure import in the core, fails the lint that CI runs. */
describe('forbidden imports', () => {
  let eslint: ESLint;

  beforeAll(() => {
    const cwd = new URL('../..', import.meta.url).pathname;
    process.env.NX_DAEMON = 'false';
    // The rule reads the graph that Nx has cached. Without a graph, as in a fresh clone, it would allow every import.
    execFileSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'], { cwd, stdio: 'ignore' });
    eslint = new ESLint({ cwd });
  });

  const rulesBroken = async (file: string, code: string) => {
    const [result] = await eslint.lintText(code, { filePath: file });
    return result!.messages.filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId);
  };

  const BOUNDARIES = '@nx/enforce-module-boundaries';

  it.each([
    ['libs/money/src/index.ts', '@tidemark/wallet'],
    ['libs/wallet/src/index.ts', '@tidemark/event-store'],
    ['libs/wallet/src/index.ts', '@tidemark/database'],
    ['libs/database/src/index.ts', '@tidemark/wallet'],
    ['libs/event-store/src/index.ts', '@tidemark/projections'],
    ['libs/event-store/src/index.ts', '@tidemark/application'],
    ['libs/projections/src/index.ts', '@tidemark/application'],
    ['libs/projections/src/index.ts', '@tidemark/following'],
    ['libs/following/src/index.ts', '@tidemark/rebuilding'],
    ['libs/rebuilding/src/index.ts', '@tidemark/operations'],
    ['libs/operations/src/index.ts', '@tidemark/application'],
    ['libs/doctor/src/index.ts', '@tidemark/operations'],
    ['libs/application/src/index.ts', '@tidemark/api'],
    ['libs/observability/src/index.ts', '@tidemark/database'],
    ['libs/application/src/index.ts', '@tidemark/testing'],
    ['apps/worker/src/index.ts', '@tidemark/api'],
    ['apps/api/src/index.ts', '@tidemark/cli'],
    ['libs/application/src/index.ts', '@tidemark/importing'],
    ['libs/importing/src/index.ts', '@tidemark/projections'],
    ['apps/api/src/index.ts', '@tidemark/bench'],
    ['apps/bench/src/index.ts', '@tidemark/api'],
  ])('%s must not import %s', async (file, target) => {
    expect(await rulesBroken(file, `export * from '${target}';\n`)).toContain(BOUNDARIES);
  });

  it.each([
    ['libs/wallet/src/index.ts', '@tidemark/money'],
    ['libs/event-store/src/index.ts', '@tidemark/wallet'],
    ['libs/following/src/index.ts', '@tidemark/projections'],
    ['libs/rebuilding/src/index.ts', '@tidemark/following'],
    ['libs/operations/src/index.ts', '@tidemark/rebuilding'],
    ['libs/application/src/index.ts', '@tidemark/operations'],
    ['libs/importing/src/index.ts', '@tidemark/application'],
    ['apps/api/src/index.ts', '@tidemark/importing'],
    ['apps/cli/src/index.ts', '@tidemark/api'],
    ['apps/cli/src/index.ts', '@tidemark/bench'],
  ])('%s may import %s', async (file, target) => {
    expect(await rulesBroken(file, `export * from '${target}';\n`)).toEqual([]);
  });

  it.each([
    ['libs/wallet/src/index.ts', `export { Pool } from 'pg';`, 'no-restricted-imports'],
    ['libs/wallet/src/index.ts', `export { Module } from '@nestjs/common';`, 'no-restricted-imports'],
    ['libs/money/src/index.ts', `export { hash } from 'node:crypto';`, 'no-restricted-imports'],
    ['libs/wallet/src/index.ts', `export const now = Date.now();`, 'no-restricted-globals'],
    ['libs/wallet/src/index.ts', `export const luck = Math.random();`, 'no-restricted-properties'],
    ['libs/wallet/src/index.ts', `export { Decimal } from 'decimal.js';`, '@typescript-eslint/no-restricted-imports'],
    ['apps/api/src/index.ts', `export { Decimal } from 'decimal.js';`, '@typescript-eslint/no-restricted-imports'],
    ['apps/api/src/index.ts', 'export const is = /^a\\s*(?:b\\s*)?;?\\s*$/;', 'regexp/no-super-linear-backtracking'],
    ['apps/api/src/index.ts', `export const bare = 'a'.replace(/\\/+$/, '');`, 'regexp/no-super-linear-move'],
    ['test/e2e/api.e2e.spec.ts', `export const bare = 'a'.replace(/\\/+$/, '');`, 'regexp/no-super-linear-move'],
    ['bootstrap.mjs', `export const bare = 'a'.replace(/\\/+$/, '');`, 'regexp/no-super-linear-move'],
  ])('in %s, `%s` breaks %s', async (file, code, rule) => {
    expect(await rulesBroken(file, `${code}\n`)).toContain(rule);
  });
});
