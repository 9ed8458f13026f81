import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endGroup, processIdentityOf, isAlive } from './process-identity.js';

function sleeper(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  return { child, ended: once(child, 'exit'), identity: processIdentityOf(child.pid!)! };
}

describe('a process identity', () => {
  it('is alive while the process is, and not after', async () => {
    const { identity, ended } = sleeper('exec sleep 60');
    expect(isAlive(identity)).toBe(true);
    await endGroup(identity, 1_000);
    expect((await ended)[1]).toBe('SIGTERM');
    expect(isAlive(identity)).toBe(false);
    expect(processIdentityOf(identity.pid)).toBeUndefined();
  });

  it('differs from that of another process with the same process id', async () => {
    const { identity, child, ended } = sleeper('exec sleep 60');
    const stranger = { ...identity, birth: 'long ago' };
    expect(isAlive(stranger)).toBe(false);
    await endGroup(stranger, 0);
    expect(child.exitCode).toBeNull();
    expect(isAlive(identity)).toBe(true);
    await endGroup(identity, 0);
    expect((await ended)[1]).toBe('SIGKILL');
  });

  it('ends a process that ignores SIGTERM', async () => {
    const { identity, child, ended } = sleeper("trap '' TERM; echo on; while :; do sleep 0.1; done");
    await once(child.stdout!, 'data');
    await endGroup(identity, 200);
    expect((await ended)[1]).toBe('SIGKILL');
  });
});
