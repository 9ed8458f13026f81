import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The most memory a process has had, MiB. Linux only; elsewhere undefined. */
export async function memoryPeakOf({ pid }: ChildProcess): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1_024);
}
