import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ClusterFiles } from './cluster-files.js';
import { endGroup, processIdentityOf, signalGroup } from './process-identity.js';

/**
 * The shell becomes the program. A guard in its process group ends the group when our end of its standard input closes.
 * That happens whenever the supervisor ends, also with -9. (Descriptor 3 is used because the shell gives background commands
 * /dev/null as standard input. The guard is a member of the group that it kills, so the group id cannot belong to another
 * program.)
 */
const GUARD = `exec 3<&0
( trap '' TERM INT HUP; cat <&3 >/dev/null; kill -TERM 0
  left=$GRACE_TENTHS; while [ $left -gt 0 ] && kill -0 $$; do sleep 0.1; left=$((left - 1)); done; kill -KILL 0 ) 2>/dev/null &
exec "$@" 3<&- </dev/null`;

/** Time for a program to end after its supervisor has ended, in units of 0.1 s. */
const GRACE_TENTHS = 20;

export interface GuardedCommand {
  /** The name of its record under `pids/`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Path below the cluster's directory. */
  readonly log: readonly string[];
}

/** A process that ends when the process that started it ends. */
export class GuardedProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(
    private readonly files: ClusterFiles,
    readonly command: GuardedCommand,
  ) {
    const { name, program, args, env, cwd, log } = command;
    const output = files.openLog(...log);
    this.#child = spawn('/bin/sh', ['-c', GUARD, `tidemark-${name}`, program, ...args], {
      cwd,
      detached: true, // a process group of its own, so that all its processes can be ended
      stdio: ['pipe', output, output],
      env: { ...process.env, ...env, GRACE_TENTHS: String(GRACE_TENTHS) },
    });
    files.closeLog(output);
    const identity = this.#child.pid === undefined ? undefined : processIdentityOf(this.#child.pid);
    if (identity) files.writeProcess(name, identity);
    this.#child.on('error', () => undefined); // reported by `end` and `running`
    this.#child.stdin?.on('error', () => undefined);
    this.#ended = once(this.#child, 'exit').then(() => {
      signalGroup(this.#child.pid!, 'SIGKILL'); // the guard
      files.forgetProcess(name);
    });
    this.#ended.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How it ended, as text for messages; undefined while it runs. */
  get ending(): string | undefined {
    if (this.running) return undefined;
    const { exitCode, signalCode } = this.#child;
    return signalCode === null ? `ended with ${exitCode ?? 'no process'}` : `ended by ${signalCode}`;
  }

  /** The last line of its output. */
  get lastWords(): string {
    return this.files.lastWords(...this.command.log);
  }

  /** @param graceMs before SIGKILL; 0: at once */
  async end(graceMs: number): Promise<void> {
    const identity = this.running ? processIdentityOf(this.#child.pid!) : undefined;
    if (identity) await endGroup(identity, graceMs);
    await this.#ended.catch(() => undefined);
  }
}
