import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../engine.js';
import { StartRefused } from '../errors.js';
import { splitStatements, type SqlStatement } from './split-statements.js';

/** One migration: a file `NNNN-what-it-does.sql`. */
export interface Migration {
  /** The file's name without `.sql`. */
  name: string;
  /** SHA-256, in hex, of the text with Unix line ends: on another machine git may write other line ends. */
  checksum: string;
  statements: SqlStatement[];
}

/** The folder of this repository's migrations for an engine; CockroachDB's has a folder `multi-region`. */
export function migrationsOf(engine: Engine): string {
  return fileURLToPath(new URL(`../../../../migrations/${engine}`, import.meta.url));
}

/**
 * Reads the migrations of a folder in the order of their names. Folders inside it are ignored.
 *
 * @throws StartRefused when a `.sql` file is not named `NNNN-what-it-does.sql`, two have the same number, or a text cannot be
 *   split into statements
 */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  const seen = new Map<string, string>();
  for (const file of files) {
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(file)) {
      throw new StartRefused(`${join(directory, file)} is not named like 0001-what-it-does.sql`);
    }
    const number = file.slice(0, 4);
    const other = seen.get(number);
    if (other !== undefined) throw new StartRefused(`${other} and ${file} have one number; one of them has to move`);
    seen.set(number, file);
  }
  return await Promise.all(files.map((file) => readMigration(directory, file)));
}

async function readMigration(directory: string, file: string): Promise<Migration> {
  const text = (await readFile(join(directory, file), 'utf8')).replaceAll('\r\n', '\n');
  try {
    const checksum = createHash('sha256').update(text).digest('hex');
    return { name: file.slice(0, -'.sql'.length), checksum, statements: splitStatements(text) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new StartRefused(`${file}, ${error.message}`);
    throw error;
  }
}
