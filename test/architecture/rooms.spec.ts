import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

/** The rules of the house that a machine can hold (docs/architecture.md). */
describe('rooms', () => {
  it('there are files to look at', () => expect(files.length).toBeGreaterThan(50));

  it('no file has grown past one purpose', () => {
    const long = files.filter((file) => readFileSync(`${root}/${file}`, 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('every file says in its name what it is for', () => {
    const vague = /^(utils?|helpers?|common|shared|base|manager|impl|misc)\b|[-.](utils?|helpers?|manager|impl)\b/;
    expect(files.filter((file) => vague.test(basename(file)))).toEqual([]);
  });

  it('no spec file is without a suite on a machine that has one engine only', () => {
    const onlyForSome = files.filter((file) => {
      if (!file.endsWith('.spec.ts')) return false;
      const suites = readFileSync(`${root}/${file}`, 'utf8').match(/^describe\b.*/gm) ?? [];
      return suites.length > 0 && suites.every((suite) => suite.startsWith('describe.each(engines.filter('));
    });
    expect(onlyForSome).toEqual([]); // `describe.runIf` is skipped by name there
  });

  it('tables are changed in their owners only', () => {
    const writesTheLog = /(INSERT INTO|UPDATE|DELETE FROM)\s+(wallet_events|commits|command_outcomes)\b/;
    const writers = files.filter(
      (file) => /^(libs|apps)\//.test(file) && writesTheLog.test(readFileSync(`${root}/${file}`, 'utf8')),
    );
    expect(writers).toEqual(['libs/event-store/src/append.sql.ts']);
  });
});
