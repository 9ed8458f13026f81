import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.js';

/** Data with which a command finds a running cluster. */
export interface ClusterRecord {
  readonly basePort: number;
  readonly supervisor: ProcessIdentity;
  /** The secret that a command to the supervisor needs. */
  readonly token: string;
}

const ONLY_MINE = 0o600;

/** The directory of a cluster: `cluster.json`, `pids/`, one directory for each region's logs and stores. */
export class ClusterFiles {
  constructor(readonly directory: string) {}

  /** A subdirectory. It is created if it does not exist. */
  below(...names: string[]): string {
    const path = join(this.directory, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Opens a log to append to. @returns a file descriptor, to be closed */
  openLog(...names: string[]): number {
    this.below(...names.slice(0, -1));
    return openSync(join(this.directory, ...names), 'a');
  }

  closeLog(descriptor: number): void {
    closeSync(descriptor);
  }

  /** The last line of a log that is not blank; empty without one. */
  lastWords(...names: string[]): string {
    const path = join(this.directory, ...names);
    if (!existsSync(path)) return '';
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.findLast((line) => /\w/.test(line))?.trim() ?? '';
  }

  record(): ClusterRecord | undefined {
    return this.#read<ClusterRecord>('cluster.json');
  }

  writeRecord(record: ClusterRecord): void {
    const path = join(this.below(), 'cluster.json');
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: ONLY_MINE });
    renameSync(`${path}.new`, path); // so that no process reads half of it
  }

  /** The processes that were started and whose end was not recorded. */
  processes(): { readonly name: string; readonly identity: ProcessIdentity }[] {
    return readdirSync(this.below('pids'))
      .map((file) => ({ name: file.replace(/\.json$/, ''), identity: this.#read<ProcessIdentity>('pids', file) }))
      .filter((each): each is { name: string; identity: ProcessIdentity } => each.identity !== undefined);
  }

  /** Synchronous, so that no crash between a start and its record can lose the process. */
  writeProcess(name: string, identity: ProcessIdentity): void {
    writeFileSync(join(this.below('pids'), `${name}.json`), JSON.stringify(identity));
  }

  forgetProcess(name: string): void {
    rmSync(join(this.directory, 'pids', `${name}.json`), { force: true });
  }

  /** Removes the record of the cluster, the records of its processes and its data. The logs stay. */
  forgetAll(): void {
    for (const name of ['cluster.json', 'pids', 'stores']) {
      rmSync(join(this.directory, name), { recursive: true, force: true });
    }
  }

  #read<T>(...names: string[]): T | undefined {
    try {
      return JSON.parse(readFileSync(join(this.directory, ...names), 'utf8')) as T;
    } catch {
      return undefined; // absent, or incomplete after a crash during the write
    }
  }
}
