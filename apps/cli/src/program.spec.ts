import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runTidemark } from './program.js';

/** Runs a command that needs no database. */
async function run(...args: string[]) {
  const said = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said[name] += chunk.toString();
        done();
      },
    });
  const at = { stdout: into('out'), stderr: into('err'), env: {}, cwd: '/', signal: new AbortController().signal };
  return { code: await runTidemark(args, at as never), ...said };
}

const GROUPS = ['wallet', 'projections', 'keys', 'assets', 'accounts', 'cluster'];
const COMMANDS = [
  ...['dev', 'migrate', 'import', 'reconcile', 'doctor', 'bench'],
  ...['show', 'events', 'statement'].map((name) => `wallet ${name}`),
  ...['list', 'rebuild', 'verify', 'diff', 'swap', 'rollback', 'drop', 'parked', 'retry', 'audit'].map(
    (name) => `projections ${name}`,
  ),
  ...['create', 'list', 'revoke'].map((name) => `keys ${name}`),
  ...['add', 'list'].map((name) => `assets ${name}`),
  ...['add', 'list'].map((name) => `accounts ${name}`),
  ...['up', 'status', 'slow', 'cut', 'heal', 'kill', 'restart', 'down', 'demo', 'drill'].map(
    (name) => `cluster ${name}`,
  ),
];

describe('tidemark', () => {
  it.each(['', ...GROUPS])('%s without a command lists the commands in one line', async (group) => {
    const { code, out, err } = await run(...group.split(' ').filter(Boolean));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const program = ['tidemark', ...(group === '' ? [] : [group])].join(' ');
    expect(err).toMatch(
      new RegExp(`^tidemark: name a command: [^\\n]+ \\(${program} --help says what each does\\)\\n$`),
    );
  });

  it.each(COMMANDS)('%s has a help with a sentence for each argument and option', async (command) => {
    const { code, out, err } = await run(...command.split(' '), '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: tidemark ${command} \\[options\\]`));
    const listed = out.split('\n').filter((line) => /^ {2}(-|\w)/.test(line));
    for (const line of listed) expect(line.trim().split('  ').length, line).toBeGreaterThan(1);
  });

  it('marks the options that it needs', async () => {
    const helps = await Promise.all(['reconcile', 'keys create'].map((each) => run(...each.split(' '), '--help')));
    const required = helps.map(({ out }) => out.replaceAll(/\s+/g, ' ').match(/--(\w+) <[^<]*?\(required\)/g)?.length);
    expect(required).toEqual([1, 2]);
  });

  it.each([
    [['wallets'], "unknown command 'wallets'"],
    [['wallet', 'show'], "missing required argument 'wallet'"],
    [['import', 'f.csv'], "required option '--mapping <file>' not specified"],
    [['wallet', 'events', 'w', '--limit', 'x'], 'It must be a whole number from 1 to 10000.'],
    [['bench', 'append', '--seconds', '0'], 'It must be a whole number from 1 to 60.'],
    [['keys', 'create', '--name', 'x', '--scopes', 'all'], 'the scopes are read, write, operate'],
    [['accounts', 'add', 'Bank'], 'the name must have 1 to 40 characters'],
    [['assets', 'add', 'EUR', 'x'], 'the scale must be a whole number from 0 to 18'],
  ])('%j is wrong usage, in one line', async (args, words) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^tidemark: [^\n]+\n$/);
    expect(err).toContain(words);
  });
});
