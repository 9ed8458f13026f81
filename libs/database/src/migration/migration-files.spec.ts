import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readMigrations } from './migration-files.js';

it.each(['cockroach', 'cockroach/multi-region', 'postgres'])(
  'the migrations of %s can be read, and each has its own number',
  async (folder) => {
    const directory = fileURLToPath(new URL(`../../../../migrations/${folder}`, import.meta.url));
    expect((await readMigrations(directory)).length).toBeGreaterThan(0);
  },
);
