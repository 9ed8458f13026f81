import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

/** The code rules that a test can check (docs/architecture.md). */
describe('rooms', () => {
  it('there are files to check', () => expect(files.length).toBeGreaterThan(50));

  it('no file is longer than the limit', () => {
    const long = files.filter((file) => readFileSync(`${root}/${file}`, 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('every file has a name for its purpose', () => {
    const vague = /^(utils?|helpers?|common|shared|base|manager|impl|misc)\b|[-.](utils?|helpers?|manager|impl)\b/;
    expect(files.filter((file) => vague.test(basename(file)))).toEqual([]);
  });

  it('every spec file has a suite on a machine with only one engine', () => {
    const onlyForSome = files.filter((file) => {
      if (!file.endsWith('.spec.ts')) return false;
      const suites = readFileSync(`${root}/${file}`, 'utf8').match(/^describe\b.*/gm) ?? [];
      return suites.length > 0 && suites.every((suite) => suite.startsWith('describe.each(engines.filter('));
    });
    expect(onlyForSome).toEqual([]); // `describe.runIf` shows its suite as skipped there
  });

  it('only the owner of a table changes it', () => {
    const writesTheLog = /(INSERT INTO|UPDATE|DELETE FROM)\s+(wallet_events|commits|command_outcomes)\b/;
    const writers = files.filter(
      (file) => /^(libs|apps)\//.test(file) && writesTheLog.test(readFileSync(`${root}/${file}`, 'utf8')),
    );
    expect(writers).toEqual(['libs/event-store/src/append.sql.ts']);
  });
});
