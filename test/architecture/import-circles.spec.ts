import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const RELATIVE = /^(?:import|export)\s[^'";]*?from\s+'(\.[^']+)'/gm;

/** The files that each file imports by a relative path, types included. Nx tags enforce the direction between libs. */
function importsOf(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    files.map((file) => {
      const found = readFileSync(join(root, file), 'utf8').matchAll(RELATIVE);
      return [file, Array.from(found, ([, path]) => join(dirname(file), path!).replace(/\.js$/, '.ts'))];
    }),
  );
}

/** The first circle of imports that is found for each file, as a list of files. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    if (way.includes(file)) return void circles.push([...way.slice(way.indexOf(file)), file]);
    if (done.has(file)) return;
    way.push(file);
    for (const next of imports.get(file) ?? []) visit(next);
    way.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}

describe('imports', () => {
  const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

  it('are found', () => {
    const imports = importsOf(files);
    expect(imports.get('libs/wallet/src/decide.ts')).toContain('libs/wallet/src/funds.ts');
  });

  it('make no circle', () => expect(circlesIn(importsOf(files))).toEqual([]));

  it('that make a circle are listed', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(circlesIn(circle)).toEqual([['b', 'c', 'b']]);
  });
});
