import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a shell script when this process ends in any way, also by kill -9. It removes servers that keep running without clients,
 * and mounted file systems.
 *
 * @returns a function that cancels the script, for use after an orderly clean-up
 */
export function lastWill(script: string, ...args: readonly string[]): () => Promise<void> {
  const shell = spawn('/bin/sh', ['-c', `cat >/dev/null; [ -e "$1" ] || exit 0; ${script}`, 'last-will', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C must not reach it before this process
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return async () => {
    const gone = once(shell, 'exit');
    shell.kill('SIGKILL');
    await gone;
  };
}
