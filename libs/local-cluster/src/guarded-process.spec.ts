import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanUp } from './clean-up.js';
import { ClusterFiles } from './cluster-files.js';
import { GuardedProcess } from './guarded-process.js';
import { processIdentityOf, isAlive } from './process-identity.js';
import { within } from './readiness.js';

function place(): ClusterFiles {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-guarded-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return new ClusterFiles(directory);
}

function start(files: ClusterFiles, script: string): GuardedProcess {
  const command = { name: 'x', program: '/bin/sh', args: ['-c', script], cwd: files.below(), log: ['x', 'x.log'] };
  return new GuardedProcess(files, command);
}

describe('a guarded process', () => {
  it('is the program itself, recorded while it runs', async () => {
    const files = place();
    const process = start(files, 'exec sleep 60');
    expect(process.running).toBe(true);
    expect(files.processes()).toEqual([{ name: 'x', identity: processIdentityOf(process.pid!) }]);
    await process.end(1_000);
    expect([process.running, process.ending]).toEqual([false, 'ended by SIGTERM']);
    expect(files.processes()).toEqual([]);
  });

  it('reports how it ended and the last line of its output', async () => {
    const process = start(place(), 'echo first; echo "no more of this" >&2; exit 7');
    await within(5_000, async () => !process.running);
    expect([process.ending, process.lastWords]).toEqual(['ended with 7', 'no more of this']);
  });

  it('is ended by its record when its supervisor is gone', async () => {
    const files = place();
    const stray = spawn('/bin/sh', ['-c', 'exec sleep 60'], { detached: true, stdio: 'ignore' });
    files.writeProcess('stray', processIdentityOf(stray.pid!)!);
    expect(await cleanUp(files)).toBe(1);
    expect(processIdentityOf(stray.pid!)).toBeUndefined();
    expect(await cleanUp(files)).toBe(0);
  });

  it('ends when its supervisor is killed', async () => {
    const files = place();
    // The supervisor of the process is another Node process with compiled code. The test kills it with -9.
    const script = `
      const { GuardedProcess } = await import(${JSON.stringify(new URL('../dist/guarded-process.js', import.meta.url).href)});
      const { ClusterFiles } = await import(${JSON.stringify(new URL('../dist/cluster-files.js', import.meta.url).href)});
      new GuardedProcess(new ClusterFiles(${JSON.stringify(files.directory)}),
        { name: 'x', program: '/bin/sleep', args: ['60'], cwd: '/', log: ['x', 'x.log'] });
      setInterval(() => undefined, 1000);`;
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    expect(await within(10_000, async () => files.processes().length === 1)).toBe(true);
    const { identity } = files.processes()[0]!;
    expect(isAlive(identity)).toBe(true);
    supervisor.kill('SIGKILL');
    expect(await within(5_000, async () => !isAlive(identity))).toBe(true);
  });
});
