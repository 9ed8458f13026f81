// `npm run test:mutants`: removes each guard of guards.json, one at a time, and runs the test that must then fail.
// It works on a copy of the work tree in a temporary folder, so it can be killed at any moment and changes nothing here.
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = `usage: npm run test:mutants -- [--file PART] [--id ID,ID] [--changed]
  --file     guards in files whose path contains PART
  --id       these guards
  --changed  guards whose file, or whose test, differs from the branch main`;
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Without its guard, a test may wait for ever. */
const RUN_MS_MAX = 120_000;

/** @typedef {{ id: string, file: string, find: string, put: string, spec?: string, test?: string, survives?: string }} Guard */

function read() {
  try {
    const text = { type: 'string' };
    return parseArgs({ options: { file: text, id: text, changed: { type: 'boolean' } } }).values;
  } catch (error) {
    process.stderr.write(`test:mutants: ${error.message}\n${USAGE}\n`);
    return process.exit(2);
  }
}

const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.split('\n').filter(Boolean);

/** @returns {Guard[]} */
function asked() {
  const { file = '', id, changed } = read();
  const ids = id?.split(',');
  const differing =
    changed && new Set([...git('diff', '--name-only', 'main'), ...git('ls-files', '-o', '--exclude-standard')]);
  return JSON.parse(readFileSync(join(root, 'test/mutants/guards.json'), 'utf8')).filter(
    (guard) =>
      guard.file.includes(file) &&
      (!ids || ids.includes(guard.id)) &&
      (!differing || differing.has(guard.file) || differing.has(guard.spec)),
  );
}

/** Copies the files of git and the compiled output. node_modules has links, except the workspace's own packages, which are those of the copy. */
function copyTree(copy) {
  const put = (path) => cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  const link = (path) => symlinkSync(join(root, path), join(copy, path));
  for (const file of git('ls-files', '-co', '--exclude-standard')) if (existsSync(join(root, file))) put(file);
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@tidemark') put(`node_modules/${name}`);
    else if (name !== '.vite') link(`node_modules/${name}`);
  }
  for (const folder of ['apps', 'libs'].flatMap((each) =>
    readdirSync(join(root, each)).map((name) => `${each}/${name}`),
  )) {
    if (existsSync(join(root, folder, 'dist'))) put(`${folder}/dist`);
    if (existsSync(join(root, folder, 'node_modules'))) link(`${folder}/node_modules`);
  }
}

/** @returns whether the guard's test passes in the copy */
async function passes(copy, { spec, test }) {
  // End-to-end tests run the compiled code.
  const compiled = !spec.endsWith('.e2e.spec.ts') || (await run(copy, ['node_modules/typescript/bin/tsc', '-b'])) === 0;
  const project = spec.startsWith('test/') ? 'engines' : 'unit';
  const only = test === undefined ? [] : ['-t', test];
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--project', project, spec, ...only];
  return compiled && (await run(copy, vitest)) === 0;
}

let running;
/** In a process group of its own: databases and services end with it. */
function run(copy, args) {
  running = spawn(process.execPath, args, {
    cwd: copy,
    stdio: process.env.TIDEMARK_VERBOSE ? 'inherit' : 'ignore',
    detached: true,
  });
  const timer = setTimeout(() => process.kill(-running.pid, 'SIGKILL'), RUN_MS_MAX);
  return new Promise((resolve) => running.on('exit', (status) => (clearTimeout(timer), resolve(status ?? 1))));
}

const guards = asked();
const copy = mkdtempSync(join(tmpdir(), 'tidemark-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (running?.exitCode === null) process.kill(-running.pid, 'SIGTERM');
    process.exit(3);
  });
}
copyTree(copy);

const counts = { killed: 0, survived: 0, 'cannot matter': 0, moved: 0, 'test fails anyway': 0 };
const sound = new Map();
for (const guard of guards) {
  const target = join(copy, guard.file);
  const before = existsSync(target) ? readFileSync(target, 'utf8') : '';
  const became = await (async () => {
    if (before.split(guard.find).length !== 2) return 'moved';
    if (guard.survives !== undefined) return 'cannot matter';
    const test = `${guard.spec} ${guard.test ?? ''}`;
    if (!sound.has(test)) sound.set(test, await passes(copy, guard));
    if (!sound.get(test)) return 'test fails anyway';
    writeFileSync(
      target,
      before.replace(guard.find, () => guard.put),
    );
    const passed = await passes(copy, guard);
    writeFileSync(target, before);
    return passed ? 'survived' : 'killed';
  })();
  counts[became]++;
  process.stdout.write(`${guard.id} ${became}: ${guard.file}${guard.spec ? ` (${guard.spec})` : ''}\n`);
}
process.stdout.write(
  `${Object.entries(counts)
    .flatMap(([name, n]) => (n > 0 ? [`${n} ${name}`] : []))
    .join(', ')}\n`,
);
process.exit(counts.survived + counts.moved + counts['test fails anyway'] > 0 ? 1 : 0);
