import { execFile } from 'node:child_process';
import { chmod, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Enough for a fresh PostgreSQL, a copy of its programs, and some write-ahead log. */
const SIZE = '640m';
const BLOCK = Buffer.alloc(1024 * 1024);
/** More blocks than the file system has. */
const BLOCKS_MAX = 1_250;

/** A private file system in memory, which can be filled. */
export class SmallDisk {
  private constructor(readonly directory: string) {}

  /** Why this machine cannot mount it; undefined if it can. */
  static async unable(scratch: string): Promise<string | undefined> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return 'a file system can be mounted by root on Linux only';
    const directory = join(scratch, 'probe');
    await mkdir(directory, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tidemark', directory]);
      await run('umount', [directory]);
      return undefined;
    } catch (error) {
      return `no file system can be mounted here: ${String(error).split('\n')[0]}`;
    }
  }

  static async mount(directory: string): Promise<SmallDisk> {
    await mkdir(directory, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755`, 'tidemark', directory]);
    await chmod(directory, 0o755);
    return new SmallDisk(directory);
  }

  /** Writes until the file system is full. May be called again. */
  async fill(): Promise<void> {
    const ballast = await open(join(this.directory, 'ballast'), 'a');
    try {
      for (let i = 0; i < BLOCKS_MAX; i++) await ballast.write(BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await ballast.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.directory, 'ballast'), { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.directory]);
  }
}
