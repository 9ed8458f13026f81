import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runTidemark } from '@tidemark/cli';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'apps/cli/dist/main.js');

export const BERKA_MAPPING = join(ROOT, 'examples/berka/mapping.json');

/** The folder of the bank's data, which is not in the repository; undefined if it does not exist. */
export const berka: string | undefined = [process.env.TIDEMARK_BERKA, join(ROOT, '../shared/data/berka')].find(
  (directory) => directory !== undefined && existsSync(join(directory, 'transactions-1993.csv')),
);

/** Exit code and output of a command. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory in which the CLI runs, on one database. */
export class Workplace {
  readonly directory = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));

  /** @param url DATABASE_URL; undefined for the embedded database of this directory */
  constructor(
    private readonly url: string | undefined,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Buffer | object): string {
    const path = this.path(name);
    writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    return path;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Runs a command in this process, as `main.ts` does, but without starting a process. */
  async run(...args: string[]): Promise<Ended> {
    const [stdout, stderr] = [new Collected(), new Collected()];
    const { signal } = new AbortController();
    const code = await runTidemark(args, { stdout, stderr, env: this.env(), cwd: this.directory, signal });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** Runs a command with `--json` in this process, and parses its output, which must be one object. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the output of any command
  async json(...args: string[]): Promise<Ended & { json: any }> {
    const ended = await this.run(...args, '--json');
    return { ...ended, json: JSON.parse(ended.stdout) };
  }

  /** Starts the compiled CLI as a process of its own. */
  start(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const env = { ...process.env, NODE_OPTIONS: '', ...this.env() };
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // as bootstrap.mjs starts a service
    });
    let [stdout, stderr] = ['', ''];
    child.stdout!.on('data', (chunk) => (stdout += chunk));
    child.stderr!.on('data', (chunk) => (stderr += chunk));
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
    return { child, ended };
  }

  leave(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private env(): Record<string, string> {
    return { DATABASE_URL: this.url ?? '', TIDEMARK_HOME: '', ...this.settings };
  }
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
