import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandDefinitions } from './declared.js';

interface Row {
  /** The summary of the command, and after a comma the case that the row is about. */
  readonly command: string;
  readonly codes: readonly string[];
}

/** The rows of all tables of docs/commands.md that say what a command is rejected with. */
const page = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');
const rows: readonly Row[] = [
  ...page.matchAll(/^\| command +\| rejected with, in this order .*\n\|.*\n((?:\|.*\n)+)/gm),
]
  .flatMap(([, table]) => table!.trim().split('\n'))
  .map((line) => {
    const [, command = '', codes = ''] = line.split('|');
    return { command: command.trim(), codes: Array.from(codes.matchAll(/`([a-z_]+)`/g), ([, code]) => code!) };
  });

it('docs/commands.md has each command with its rejections in the order of `rejects`: paste the rows below there', () => {
  const wrong = commandDefinitions().flatMap(({ http, rejects }) => {
    if (!http) return [];
    const declared = rejects.map(({ code }) => code);
    const shown = rows.filter(({ command }) => command === http.summary || command.startsWith(`${http.summary}, `));
    const codes = new Set(shown.flatMap((row) => row.codes));
    const isWhole = declared.every((code) => codes.has(code));
    const inOrder = shown.every((row) => {
      const own = [...new Set(row.codes)].filter((code) => declared.includes(code));
      return own.join() === declared.filter((code) => own.includes(code)).join();
    });
    return isWhole && inOrder ? [] : [`| ${http.summary} | ${declared.map((code) => `\`${code}\``).join(', ')} |`];
  });
  expect(wrong, `\n${wrong.join('\n')}\n`).toEqual([]);
});

it('docs/commands.md has no row for a command that is not there', () => {
  const summaries = commandDefinitions().flatMap(({ http }) => http?.summary ?? []);
  const isKnown = ({ command }: Row) => summaries.some((summary) => `${command}, `.startsWith(`${summary}, `));
  expect(rows.filter((row) => !isKnown(row))).toEqual([]);
});
