import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { memoryPeakOf } from './memory-peak.js';

const MAIN = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url));

/** A worker as it runs in production: its own process. */
export class WorkerProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(databaseUrl: string): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...process.env, DATABASE_URL: databaseUrl, WORKER_PORT: '0', LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'spawn');
    return new WorkerProcess(child);
  }

  /** The most memory it has had, MiB. Linux only; elsewhere undefined. */
  memoryPeak(): Promise<number | undefined> {
    return memoryPeakOf(this.child);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}
