import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkLibraries } from './postgres-binaries.js';

describe('linkLibraries', () => {
  let native: string;
  beforeEach(async () => {
    native = join(await mkdtemp(join(tmpdir(), 'tidemark-native-')), 'native');
    await mkdir(join(native, 'lib', 'sub'), { recursive: true });
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'the library');
  });
  afterEach(() => rm(join(native, '..'), { recursive: true }));

  const list = (links: { source: string; target: string }[]) =>
    writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));

  it('makes the same links as the install script, with relative paths', async () => {
    await list([
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/sub/libpq.so.5' },
    ]);
    expect(await linkLibraries(native)).toBe(true);
    expect(await readlink(join(native, 'lib', 'libpq.so'))).toBe('libpq.so.5.18');
    expect(await readlink(join(native, 'lib', 'sub', 'libpq.so.5'))).toBe('../libpq.so.5.18');
    expect(await readFile(join(native, 'lib', 'sub', 'libpq.so.5'), 'utf8')).toBe('the library');
    expect(await linkLibraries(native), 'a second time').toBe(true);
  });

  it('does nothing without a list', async () => {
    expect(await linkLibraries(native)).toBe(true);
  });
});
