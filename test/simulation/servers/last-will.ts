import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Has a shell script run when this process ends in whatever way, kill -9 included: a server that outlives its clients on
 * purpose, or a file system that was mounted, must not outlive a test.
 *
 * @returns a function that takes the will back, once everything has been tidied in order
 */
export function lastWill(script: string, ...args: readonly string[]): () => Promise<void> {
  const shell = spawn('/bin/sh', ['-c', `cat >/dev/null; [ -e "$1" ] || exit 0; ${script}`, 'last-will', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C must not reach it before us
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return async () => {
    const gone = once(shell, 'exit');
    shell.kill('SIGKILL');
    await gone;
  };
}
