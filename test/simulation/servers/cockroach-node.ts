import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A killed node replays its log before it answers. */
const START_MS_MAX = 90_000;
const LOOK_EVERY_MS = 50;
/** Draining waits for clients that do not disconnect by themselves. */
const DRAIN_MS_MAX = 10_000;

/** Runs the node, prints its process id, and kills it when our end of its standard input closes. This also happens when this process is killed. */
const GUARD = `exec 3<&0
"$@" </dev/null >/dev/null 2>&1 & node=$!
echo $node
( cat <&3 >/dev/null; kill -KILL $node ) 2>/dev/null & guard=$!
wait $node
kill $guard 2>/dev/null`;

/** One CockroachDB process on loopback, with its data on disk, so that it can be killed and started again. */
export class CockroachNode {
  private shell: ChildProcess | undefined;
  private pid = 0;

  /** @param args everything after `cockroach` */
  constructor(
    private readonly binary: string,
    private readonly args: readonly string[],
    readonly sqlPort: number,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  get url(): string {
    return `postgresql://root@127.0.0.1:${this.sqlPort}/defaultdb?sslmode=disable`;
  }

  async launch(): Promise<void> {
    const shell = spawn('/bin/sh', ['-c', GUARD, 'tidemark-cockroach', this.binary, ...this.args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true, // so that Ctrl-C reaches only this process, which stops the node in order
      env: { ...process.env, COCKROACH_SKIP_ENABLING_DIAGNOSTIC_REPORTING: 'true', ...this.env },
    });
    this.shell = shell;
    shell.stdin.on('error', () => undefined);
    const [pid] = (await once(shell.stdout, 'data')) as [Buffer];
    this.pid = Number(pid.toString());
  }

  /** Waits until `probe` succeeds. */
  async untilReady(probe: () => Promise<unknown>): Promise<void> {
    const giveUpAt = performance.now() + START_MS_MAX;
    for (;;) {
      try {
        return void (await probe());
      } catch (error) {
        if (performance.now() > giveUpAt || this.shell?.exitCode !== null) {
          throw new Error(`cockroach ${this.args[0]} on port ${this.sqlPort} did not answer`, { cause: error });
        }
        await sleep(LOOK_EVERY_MS);
      }
    }
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  drain(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Stops the process without ending it. From outside this looks like a machine that hangs or a broken network. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { shell, pid } = this;
    if (!shell || shell.exitCode !== null || shell.signalCode !== null) return;
    const ended = once(shell, 'exit');
    process.kill(pid, signal);
    const patience = setTimeout(() => process.kill(pid, 'SIGKILL'), DRAIN_MS_MAX);
    await ended;
    clearTimeout(patience);
  }
}
