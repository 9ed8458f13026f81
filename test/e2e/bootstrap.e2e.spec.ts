import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The real bootstrap and the real compiler, before a program of one line. */
describe('npm run tidemark', () => {
  const clone = mkdtempSync(join(tmpdir(), 'tidemark-clone-'));
  const write = (path: string, content: string) => writeFileSync(join(clone, path), content);
  const run = () => {
    const env = { ...process.env, NODE_OPTIONS: '' };
    const options = { cwd: clone, env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['bootstrap.mjs', 'tidemark'], options);
    return { status, stdout, stderr };
  };

  beforeAll(() => {
    for (const file of ['bootstrap.mjs', 'package-lock.json']) copyFileSync(join(ROOT, file), join(clone, file));
    utimesSync(join(clone, 'package-lock.json'), 0, 0); // older than what is installed
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    mkdirSync(join(clone, 'apps/cli/src'), { recursive: true });
    write('package.json', '{"type": "module"}');
    write('tsconfig.json', '{"files": [], "references": [{"path": "apps/cli"}]}');
    const compilerOptions = { composite: true, rootDir: 'src', outDir: 'dist', module: 'nodenext', types: ['node'] };
    write('apps/cli/tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
    write('apps/cli/src/main.ts', `console.log('one');\n`);
  });
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  it('says that it compiles when it does, and nothing when there is nothing to compile', () => {
    const compiling = 'tidemark: compiling what has changed …\n';
    expect(run()).toEqual({ status: 0, stdout: 'one\n', stderr: compiling });
    expect(run()).toEqual({ status: 0, stdout: 'one\n', stderr: '' });
    write('apps/cli/src/main.ts', `console.log('two');\n`);
    expect(run()).toEqual({ status: 0, stdout: 'two\n', stderr: compiling });
  });
});
