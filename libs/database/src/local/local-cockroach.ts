import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefused } from '../errors.js';
import type { LocalDatabase } from './local-database.js';

export interface LocalCockroachOptions {
  /** The memory that holds all data, in CockroachDB's notation, for example `1GiB`; at least `640MiB`. */
  storeSize?: string;
  /** Port of its web console on 127.0.0.1; absent: any free port. */
  httpPort?: number;
  /** The node's locality, for example `region=eu-west`. Absent: none. */
  locality?: string;
  /** The program; absent: the one on PATH. */
  binary?: string;
}

const STORE_SIZE_DEFAULT = '1GiB';
/** A single node starts in less than 1 s. A loaded machine of two cores needs longer. */
const START_MS_MAX = 60_000;
/** The store is in memory and is lost at the end, so draining is not needed. */
const STOP_SECONDS_MAX = 5;
const POLL_MS = 50;

/**
 * Runs the node, and ends it when our end of its standard input closes. That also happens when this process is killed with -9. So
 * an in-memory node never runs longer than the process that started it. (Descriptor 3 is used because the shell gives background
 * commands /dev/null as standard input.)
 */
const GUARD = `exec 3<&0
"$@" </dev/null & node=$!
( cat <&3 >/dev/null; kill -TERM $node; sleep ${STOP_SECONDS_MAX}; kill -KILL $node ) 2>/dev/null & guard=$!
wait $node; status=$?
kill $guard 2>/dev/null
cd / && rm -rf "$SCRATCH"
exit $status`;

/** The `cockroach` program on PATH, or undefined. */
export function cockroachOnPath(path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, 'cockroach'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Starts a single CockroachDB node in memory, on free ports of 127.0.0.1, without authentication. No data is kept:
 * it is for tests, benchmarks and first trials. It ends with this process.
 *
 * @throws StartRefused when there is no program, or the node does not start
 */
export async function localCockroach(options: LocalCockroachOptions = {}): Promise<LocalDatabase> {
  const binary = options.binary ?? cockroachOnPath();
  if (binary === undefined) throw new StartRefused('there is no `cockroach` on PATH');
  const scratch = await mkdtemp(join(tmpdir(), 'tidemark-cockroach-'));
  const urlFile = join(scratch, 'url');
  const node = spawn(
    '/bin/sh',
    [
      '-c',
      GUARD,
      'tidemark-cockroach',
      binary,
      'start-single-node',
      '--insecure',
      `--store=type=mem,size=${options.storeSize ?? STORE_SIZE_DEFAULT}`,
      '--listen-addr=127.0.0.1:0',
      `--http-addr=127.0.0.1:${options.httpPort ?? 0}`,
      `--listening-url-file=${urlFile}`,
      ...(options.locality === undefined ? [] : [`--locality=${options.locality}`]),
      '--log={sinks: {stderr: {filter: ERROR, format: crdb-v2-tty}}}',
    ],
    {
      cwd: scratch,
      detached: true, // so that Ctrl-C reaches only this process, which stops the node in order
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, SCRATCH: scratch, COCKROACH_SKIP_ENABLING_DIAGNOSTIC_REPORTING: 'true' },
    },
  );
  const complaints = lastWords(node);
  const ended = once(node, 'close');
  // A running node must not keep a finished program alive.
  const handles = [node, node.stdin, node.stderr] as unknown as { ref(): void; unref(): void }[];
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      for (const handle of handles) handle.ref();
      node.stdin?.end();
      await ended;
    })());
  try {
    const url = await listeningUrl(urlFile, node);
    for (const handle of handles) handle.unref();
    return { url, engine: 'cockroach', startedHere: true, stop };
  } catch {
    await stop();
    throw new StartRefused(`cockroach did not start: ${complaints()}`);
  }
}

async function listeningUrl(file: string, node: ChildProcess): Promise<string> {
  const giveUpAt = performance.now() + START_MS_MAX;
  while (node.exitCode === null && performance.now() < giveUpAt) {
    const url = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (url !== '') return url;
    await sleep(POLL_MS);
  }
  throw new Error('not up');
}

/** Keeps the end of a process's standard error. It reads all of it, so that the process never blocks. */
function lastWords(node: ChildProcess): () => string {
  const KEPT = 16_384; // for a wrong flag, `cockroach` prints its one line and pages of usage
  let text = '';
  node.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-KEPT)));
  return () => /^ERROR: (.*)$/m.exec(text)?.[1] ?? text.trim().split('\n').at(-1) ?? '';
}
