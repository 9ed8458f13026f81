import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Follows docs/adding-a-capability.md in a copy of libs/wallet: the folder, the line, the golden file and its values. Nothing else
// may be needed for the code to compile and for the tests to pass, but the rows of docs/commands.md.

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(repository, 'docs/adding-a-capability.md'), 'utf8');

/** The one code block of the page that has a text. */
function blockWith(text: string): string {
  const found = Array.from(page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm), ([, block]) => block!).filter((block) =>
    block.includes(text),
  );
  expect(found, `code blocks with ${text}`).toHaveLength(1);
  return found[0]!;
}

/** A compiler and all unit tests of the library: some 10 s each of an idle machine. */
const TIMEOUT_MS = 240_000;

describe('the example of docs/adding-a-capability.md', { timeout: TIMEOUT_MS }, () => {
  let copy: string;
  const at = (path: string) => join(copy, path);
  const change = (path: string, from: string, to: string) => {
    const text = readFileSync(at(path), 'utf8');
    expect(text.split(from), `${from} in ${path}`).toHaveLength(2);
    writeFileSync(
      at(path),
      text.replace(from, () => to),
    );
  };
  // Without the variables by which a run of Vitest tells its workers who they are.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  /** @returns what it wrote, and the exit status */
  const run = (script: string, ...args: readonly string[]): Promise<{ stdout: string; status: number | null }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [at(`node_modules/${script}`), ...args], { cwd: copy, env });
      let stdout = '';
      child.stdout.on('data', (chunk) => (stdout += String(chunk)));
      child.stderr.resume();
      child.on('close', (status) => resolve({ stdout, status }));
    });

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'tidemark-capability-'));
    symlinkSync(join(repository, 'node_modules'), at('node_modules'));
    for (const path of [
      'libs/wallet/src',
      'libs/wallet/package.json',
      'docs/commands.md',
      'tsconfig.base.json',
      'package.json',
    ]) {
      cpSync(join(repository, path), at(path), { recursive: true });
    }
    writeFileSync(
      at('tsconfig.json'),
      JSON.stringify({
        extends: './tsconfig.base.json',
        compilerOptions: { composite: false, declaration: false, noEmit: true },
        include: ['libs/wallet/src'],
      }),
    );
    const conditions = ['@tidemark/source', 'node'];
    const config = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
    writeFileSync(
      at('vitest.config.mjs'),
      `export default ${JSON.stringify({ ...config, test: { testTimeout: 60_000 } })}`,
    );

    const [, cp, sed] = /^(cp .*)\n(sed .*)$/m.exec(blockWith('cp -r ')) ?? [];
    cpSync(join(repository, 'test/integration/capabilities/tip'), at('test/integration/capabilities/tip'), {
      recursive: true,
    });
    for (const line of [cp!, sed!]) expect(spawnSync(line, { cwd: copy, shell: true }).status, line).toBe(0);
    change(
      'libs/wallet/src/capabilities.ts',
      '] as const satisfies',
      '  { parts: [tips], events: [TipGiven], commands: [giveTip] },\n] as const satisfies',
    );
    change(
      'libs/wallet/src/capabilities.ts',
      'import { transfer, ',
      "import { giveTip, TipGiven, tips } from './tip/tip.js';\nimport { transfer, ",
    );
    writeFileSync(at('libs/wallet/src/golden/TipGiven.v1.json'), blockWith('"no optional field": "{'));
    const values = blockWith("'TipGiven.v1': {");
    change('libs/wallet/src/event.codec.spec.ts', "  'WalletOpened.v1': {", `${values}  'WalletOpened.v1': {`);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('is the code of tip.ts', () => {
    const packed = (text: string) => text.replaceAll(/\s+/g, '');
    const code = packed(readFileSync(join(repository, 'test/integration/capabilities/tip/tip.ts'), 'utf8'));
    const shown = ['TipGiven', 'tipTooSmall', 'giveTip', 'tips'].map((name) => blockWith(`export const ${name} = `));
    const different = shown.filter((block) => !code.includes(packed(block.replace(/^export type .*$/m, ''))));
    expect(different).toEqual([]);
  });

  it('compiles', async () => {
    const { stdout, status } = await run('typescript/bin/tsc', '-p', '.');
    expect([status, stdout]).toEqual([0, '']);
  });

  it('passes all tests but those that ask for its rows in docs/commands.md', async () => {
    await run('vitest/vitest.mjs', 'run', '--reporter', 'json', '--outputFile', at('report.json'));
    const report = JSON.parse(readFileSync(at('report.json'), 'utf8')) as {
      testResults: {
        assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
        message: string;
      }[];
    };
    expect(report.testResults.map(({ message }) => message).filter(Boolean)).toEqual([]);
    const failed = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed');
    expect(failed.map(({ fullName }) => fullName).sort()).toEqual([
      'docs/commands.md has each command with its rejections in the order of `rejects`: paste the rows below there',
      'every command in every state is in docs/commands.md as the decider says: paste the table below there',
    ]);
    for (const { failureMessages } of failed) expect(failureMessages.join('')).toContain('\n| Give a tip | ');
  });
});
