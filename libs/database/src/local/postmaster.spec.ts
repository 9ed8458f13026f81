import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, removeStalePid, runningPostmaster } from './postmaster.js';

describe('runningPostmaster', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'tidemark-postmaster-'));
  });
  afterEach(() => rm(data, { recursive: true }));

  const pidFile = (...lines: (string | number)[]) => writeFile(join(data, 'postmaster.pid'), `${lines.join('\n')}\n`);
  const GONE = 4_194_303; // the highest number that Linux gives to a process

  it('finds no server in a directory without one', async () => {
    expect(await runningPostmaster(data)).toBeUndefined();
  });

  it('reads process and port', async () => {
    await pidFile(process.pid, data, 1795519818, 54321, '', '127.0.0.1');
    expect(await runningPostmaster(data)).toEqual({ pid: process.pid, port: 54321 });
  });

  it('has no port while the server is starting', async () => {
    await pidFile(process.pid, data, 1795519818);
    expect(await runningPostmaster(data)).toEqual({ pid: process.pid });
  });

  it.each([[GONE], ['nonsense'], ['']])('ignores a file with process %j as stale', async (pid) => {
    await pidFile(pid, data, 1795519818, 54321);
    expect(await runningPostmaster(data)).toBeUndefined();
  });

  it('removes the file when its process id now belongs to another program', async () => {
    await pidFile(process.pid, data, 1795519818, 54321);
    expect(await removeStalePid(data, { pid: process.pid })).toBe(true);
    expect(await runningPostmaster(data)).toBeUndefined();
  });

  it('tells running processes from ended ones', () => {
    expect([isAlive(process.pid), isAlive(1), isAlive(GONE)]).toEqual([true, true, false]);
  });
});
