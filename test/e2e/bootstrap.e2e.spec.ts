import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The real bootstrap and the real compiler, with a program of a few lines. */
describe('bootstrap.mjs', () => {
  const clone = mkdtempSync(join(tmpdir(), 'tidemark-clone-'));
  const write = (path: string, content: string) => writeFileSync(join(clone, path), content);
  const run = (path = process.env['PATH']) => {
    const env = { ...process.env, NODE_OPTIONS: '', PATH: path };
    const options = { cwd: clone, env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['bootstrap.mjs', 'tidemark'], options);
    return { status, stdout, stderr };
  };

  beforeAll(() => {
    for (const file of ['bootstrap.mjs', 'package-lock.json']) copyFileSync(join(ROOT, file), join(clone, file));
    utimesSync(join(clone, 'package-lock.json'), 0, 0); // older than what is installed
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    mkdirSync(join(clone, 'apps/cli/src'), { recursive: true });
    write('package.json', '{"type": "module", "scripts": {"start": "node bootstrap.mjs start"}}');
    write('tsconfig.json', '{"files": [], "references": [{"path": "apps/cli"}]}');
    const compilerOptions = { composite: true, rootDir: 'src', outDir: 'dist', module: 'nodenext', types: ['node'] };
    write('apps/cli/tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
    write('apps/cli/src/main.ts', `console.log('one');\n`);
  });
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  it('prints that it compiles, and prints nothing if there is nothing to compile', () => {
    const compiling = 'tidemark: compiling 1 of our packages, which takes up to 5 s …\n';
    expect(run()).toEqual({ status: 0, stdout: 'one\n', stderr: compiling });
    expect(run()).toEqual({ status: 0, stdout: 'one\n', stderr: '' });
    write('apps/cli/src/main.ts', `console.log('two');\n`);
    expect(run()).toEqual({ status: 0, stdout: 'two\n', stderr: compiling });
  });

  it('prints that it installs, and how long that takes', () => {
    const later = Date.now() / 1_000 + 60;
    utimesSync(join(clone, 'package-lock.json'), later, later); // newer than what is installed
    write('npm', '#!/bin/sh\necho "npm $1" >&2\n');
    chmodSync(join(clone, 'npm'), 0o755);
    const { status, stderr } = run(`${clone}:${process.env['PATH']}`);
    expect(status).toBe(0);
    expect(stderr).toBe('tidemark: installing the dependencies, which takes about a minute the first time …\nnpm ci\n');
    utimesSync(join(clone, 'package-lock.json'), 0, 0);
  });

  describe('before a service', () => {
    beforeAll(() =>
      write(
        'apps/cli/src/main.ts',
        `const end = (why: string) => () => (console.log(why), process.exit());
         for (const signal of ['SIGTERM', 'disconnect'] as const) process.on(signal, end(signal));
         setInterval(() => undefined, 1_000);
         console.log('runs', process.ppid);`,
      ),
    );

    /** Starts `npm start` or `node bootstrap.mjs start` and waits until the service runs. */
    const startService = async (command: string, ...args: string[]) => {
      const child = spawn(command, args, { cwd: clone, env: { ...process.env, NODE_OPTIONS: '' } });
      let stdout = '';
      const untilItSays = async (what: RegExp) => {
        await expect.poll(() => stdout, { timeout: 60_000 }).toMatch(what);
        return what.exec(stdout)!;
      };
      child.stdout.on('data', (chunk) => (stdout += chunk));
      const [, bootstrap] = await untilItSays(/runs (\d+)/);
      return { child, untilItSays, bootstrap: Number(bootstrap) };
    };

    it('stops it when npm is told to stop: `npm start & kill $!`', async () => {
      const { child, untilItSays } = await startService('npm', 'start');
      child.kill('SIGTERM');
      await untilItSays(/SIGTERM/);
    });

    it.each(['SIGTERM', 'SIGKILL'] as const)('stops it when the bootstrap gets %s', async (signal) => {
      const { untilItSays, bootstrap } = await startService(process.execPath, 'bootstrap.mjs', 'start');
      process.kill(bootstrap, signal);
      await untilItSays(signal === 'SIGKILL' ? /disconnect/ : /SIGTERM/);
    });
  });
});
