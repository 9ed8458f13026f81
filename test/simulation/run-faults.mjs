// `npm run test:faults`: reads the options, refuses wrong ones in one line, and starts Vitest.
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

const USAGE = `usage: npm run test:faults -- [--commands N] [--engine cockroach|postgres] [--seed N] [--only NAME,NAME]
  --commands  in total, over all faults and engines; default 1000000
  --engine    one engine; default: all that this machine has
  --seed      repeats a run; default: random, and printed
  --only      these faults; docs/faults.md lists them`;
const WRONG_USAGE = 2;
const COMMANDS_DEFAULT = 1_000_000;
const SEED_MAX = 2 ** 31;
const ENGINES = ['cockroach', 'postgres'];

function refuse(problem) {
  process.stderr.write(`test:faults: ${problem}\n${USAGE}\n`);
  process.exit(WRONG_USAGE);
}

function wholeNumber(name, text, max) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) refuse(`--${name} takes a whole number up to ${max}, not ${text}`);
  return value;
}

function read() {
  const text = { type: 'string' };
  try {
    return parseArgs({ options: { commands: text, engine: text, seed: text, only: text, help: { type: 'boolean' } } })
      .values;
  } catch (error) {
    return refuse(error.message);
  }
}

const { commands = String(COMMANDS_DEFAULT), engine, seed, only, help } = read();
if (help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
if (engine !== undefined && !ENGINES.includes(engine)) refuse(`--engine takes ${ENGINES.join(' or ')}, not ${engine}`);
const asked = {
  commands: wholeNumber('commands', commands, Number.MAX_SAFE_INTEGER),
  seed: seed === undefined ? randomInt(SEED_MAX) : wholeNumber('seed', seed, SEED_MAX),
  only: only?.split(',') ?? [],
  engines: engine === undefined ? [] : [engine],
};
process.env.TIDEMARK_FAULTS = JSON.stringify(asked);
process.stdout.write(`seed ${asked.seed}\n`);
// A run for an engine that this machine does not have must not pass.
if (engine !== undefined) process.env.REQUIRE_ENGINES ??= engine;
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));
await startVitest('test', [], { config, run: true, watch: false });
