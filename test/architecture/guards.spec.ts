import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import listed from '../mutants/guards.json' with { type: 'json' };

const guards: readonly { id: string; file: string; find: string; spec?: string }[] = listed;
const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** How often the file has the text that a guard's line replaces; undefined without the file. */
function timesFound({ file, find }: { file: string; find: string }): number | undefined {
  return existsSync(at(file)) ? readFileSync(at(file), 'utf8').split(find).length - 1 : undefined;
}

// Without this test, a guard whose code has changed would be detected only by `npm run test:mutants`, which takes an hour.
describe('the guards of test/mutants/guards.json', () => {
  it('are in the code exactly once', () => {
    expect(guards.filter((guard) => timesFound(guard) !== 1).map(({ id, file }) => `${id} in ${file}`)).toEqual([]);
  });

  it('have different ids, and tests that exist', () => {
    expect(guards.map(({ id }) => id)).toEqual([...new Set(guards.map(({ id }) => id))]);
    expect(
      guards.filter(({ spec }) => spec !== undefined && !existsSync(at(spec))).map(({ id, spec }) => `${id}: ${spec}`),
    ).toEqual([]);
  });
});
