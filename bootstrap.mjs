// The one entry behind every npm script. Plain JavaScript for any Node from 20 on: it installs what is missing, compiles
// what changed, and then runs the real command on the Node 24 that the `node` dev dependency put into node_modules.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const at = (...path) => join(root, ...path);

/**
 * Whether npm started us and is gone. Its SIGTERM ends the shell between it and us (`sh -c`) and goes no further, so `npm start & kill $!`
 * would leave the service running. Started by anything else, outliving that is a choice.
 */
const parent = process.ppid;
const isAbandoned = () => process.env.npm_lifecycle_event !== undefined && process.ppid !== parent;
/** Two looks a second cost nothing, and nobody waits longer for the end. */
const LOOK_FOR_PARENT_MS = 500;

/** Run a step to its end, its output on our standard error; end the process when it fails. */
function step(command, args, options = {}) {
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (status !== 0 || isAbandoned()) process.exit(signal ? 3 : status || 3);
}

function installed() {
  const marker = at('node_modules', '.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(at('package-lock.json')).mtimeMs;
}

if (!installed()) {
  // npm prints nothing until it is done, and a newcomer would take the silence for a hang.
  process.stderr.write('tidemark: installing the dependencies, which takes about a minute the first time …\n');
  step('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' });
}

const ownNode = at('node_modules', 'node', 'bin', 'node');
const node = existsSync(ownNode) ? ownNode : process.execPath;
const bin = (name) => at('node_modules', name);

function compile() {
  const build = [bin('typescript/bin/tsc'), '-b'];
  // Asking takes a fifth of a second, compiling everything a minute, in which a newcomer would wait for nothing.
  const { stdout } = spawnSync(node, [...build, '--dry'], { cwd: root, encoding: 'utf8' });
  const projects = stdout.match(/would build/g)?.length ?? 0;
  if (projects > 0)
    process.stderr.write(`tidemark: compiling ${projects} of our packages, ${durationOf(projects)} …\n`);
  step(node, build);
}

/** A package takes some 3 s on a machine of 2 cores. */
function durationOf(projects) {
  return projects > 8 ? 'which takes up to a minute' : `which takes up to ${projects * 5} s`;
}

const [command, ...args] = process.argv.slice(2);
const cli = (...words) => [at('apps', 'cli', 'dist', 'main.js'), ...words];

const commands = {
  start: () => (compile(), cli('dev', ...args)),
  tidemark: () => (compile(), cli(...args)),
  bench: () => (compile(), cli('bench', ...args)),
  cluster: () => (compile(), cli('cluster', ...args)),
  test: () => (compile(), [bin('vitest/vitest.mjs'), 'run', ...args]),
  'test:long': () => {
    process.env.TIDEMARK_TEST_LONG = '1';
    return (compile(), [bin('vitest/vitest.mjs'), 'run', '--project', 'long', ...args]);
  },
  'test:faults': () => (compile(), [at('test', 'simulation', 'run-faults.mjs'), ...args]),
  'test:mutants': () => (compile(), [at('test', 'mutants', 'run.mjs'), ...args]),
  check: () => {
    step(node, [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']);
    step(node, [bin('knip/bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors']);
    // One process for each tool. Nx would start one for each of the twenty projects, which takes twice as long. ESLint reads the
    // boundaries from the graph that Nx writes here.
    const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
    step(node, [bin('nx/dist/bin/nx.js'), 'show', 'projects'], { env, stdio: ['ignore', 'ignore', 2] });
    step(node, [bin('eslint/bin/eslint.js'), 'libs', 'apps', 'test', '*.mjs'], { env });
    compile();
    step(node, [bin('typescript/bin/tsc'), '-p', 'tsconfig.spec.json']);
    return [bin('vitest/vitest.mjs'), 'run', '--project', 'unit'];
  },
};

const prepared = commands[command]?.();
if (!prepared) {
  process.stderr.write(`usage: node bootstrap.mjs ${Object.keys(commands).join(' | ')}\n`);
  process.exit(2);
}

const child = spawn(node, prepared, {
  // The command runs where the user stands, so that relative file names mean what they look like.
  cwd: command === 'tidemark' || command === 'bench' ? (process.env.INIT_CWD ?? process.cwd()) : root,
  // A service stops when this channel closes: also when this process is killed and can pass no signal on.
  stdio: command === 'start' ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
setInterval(() => isAbandoned() && child.kill('SIGTERM'), LOOK_FOR_PARENT_MS).unref();
child.on('exit', (code, signal) => process.exit(signal ? 3 : code));
