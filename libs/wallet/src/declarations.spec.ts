import { currency, Money } from '@tidemark/money';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands, hoursAfter } from './arbitraries.js';
import { CAPABILITIES } from './capabilities.js';
import type { Capability } from './declaring/capability.js';
import { commandDefinitions, eventDefinitions, partNamed, rejectionDefinitions } from './declared.js';
import { FundsHeld } from './holds/place-hold.js';
import { HOLDS_MAX } from './holds/holds-part.js';
import { WithdrawalAnnounced } from './pending/announce.js';
import { PENDING_MAX } from './pending/pending-part.js';
import { evolve } from './evolve.js';
import { History, isDeclared, NOW, partsTooLong } from './given-when-then.js';
import { OF_EVERY_COMMAND } from './rejections.js';
import { initialState, type Wallet } from './wallet.js';

// What every declaration has to keep, whoever adds one (docs/adding-a-capability.md). Golden files: event.codec.spec.ts.

const all: readonly Capability[] = CAPABILITIES;
const parts = all.flatMap((capability) => capability.parts ?? []).map(({ name }) => partNamed(name));
const twice = (names: readonly string[]) => names.filter((name, n) => names.indexOf(name) !== n);

/** A state is loaded, cached and written as a whole, with each balance of the wallet. */
const PART_CHARACTERS_MAX = 300_000;

describe('the list', () => {
  it('has no name twice: events, commands, parts', () => {
    expect(twice(all.flatMap(({ events }) => events.map(({ type }) => type)))).toEqual([]);
    expect(twice(all.flatMap(({ commands }) => commands.map(({ type }) => type)))).toEqual([]);
    expect(twice(parts.map(({ name }) => name))).toEqual([]);
  });

  it('has one meaning for each rejection code', () => {
    const rejections = [...new Set([...OF_EVERY_COMMAND, ...commandDefinitions().flatMap((c) => c.rejects)])];
    expect(twice(rejections.map(({ code }) => code))).toEqual([]);
  });
});

describe('each command over HTTP', () => {
  const routes = commandDefinitions().flatMap(({ http }) => http ?? []);

  it('has a path and an operation id of its own', () => {
    // Two parameters at the same place are the same path.
    expect(twice(routes.map(({ path }) => path.replaceAll(/:\w+/g, ':')))).toEqual([]);
    expect(twice(routes.map(({ operationId }) => operationId))).toEqual([]);
  });

  it('has a field for each parameter of its path', () => {
    for (const { http, fields } of commandDefinitions()) {
      for (const [, name] of http?.path.matchAll(/:(\w+)/g) ?? [])
        expect(fields[name!]?.input, http!.path).toBeDefined();
    }
  });
});

describe('each kind of derived id', () => {
  it('has a prefix of its own', () => {
    const ids = commandDefinitions().flatMap(({ derives }) => Object.values(derives));
    const pairs = new Set(ids.map(({ kind, prefix }) => `${kind} ${prefix}`));
    expect(pairs.size).toBe(new Set(ids.map(({ kind }) => kind)).size);
    expect(pairs.size).toBe(new Set(ids.map(({ prefix }) => prefix)).size);
  });
});

describe('each rejection', () => {
  it('has a line in a spec: random commands do not reach the bounds', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    // Specs in the folders of capabilities, and that of the rejections of every command.
    const specs = files.filter((file) => /[/\\][^/\\]+\.spec\.ts$|^decide\.spec\.ts$/.test(file));
    const text = specs.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const without = rejectionDefinitions().filter(({ code }) => !text.includes(`'${code}'`));
    expect(without.map(({ code }) => `write given(…).when(…).thenRejected('${code}', …)`)).toEqual([]);
  });
});

describe('each event', () => {
  it('has a money field at most, since all amounts of an event share one key for their currency', () => {
    for (const { type, fields } of eventDefinitions()) {
      expect(Object.values(fields).filter(({ kind }) => kind === 'money').length, type).toBeLessThan(2);
    }
  });
});

describe('each part of the state', () => {
  it.each(parts)('$name has a bound that a state has room for', ({ charactersMax }) => {
    expect(charactersMax).toBeGreaterThan(0);
    expect(charactersMax).toBeLessThanOrEqual(PART_CHARACTERS_MAX);
  });

  it('has a bound that is above the largest state', () => {
    const amount = Money.of(`${'9'.repeat(30)}.${'9'.repeat(18)}`, currency('ABCDEFGHIJKL', 18));
    const common = { amount, expiresAt: '2026-01-02T03:04:05.678Z' };
    const details = {
      ...{ reference: '"'.repeat(200), description: '"'.repeat(500), effectiveAt: common.expiresAt },
    };
    const idOf = (n: number) => `hd_${String(n).padStart(26, '0')}`;
    let wallet: Wallet = { ...initialState, status: 'open' };
    for (let n = 0; n < HOLDS_MAX; n++) {
      wallet = evolve(wallet, FundsHeld({ ...common, holdId: idOf(n), details }), NOW);
    }
    for (let n = 0; n < PENDING_MAX; n++) {
      const movement = { ...common, movementId: idOf(n), details, destination: 'b'.repeat(40) };
      wallet = evolve(wallet, WithdrawalAnnounced(movement), NOW);
    }
    for (const [name, state] of Object.entries(wallet.parts!)) {
      const { encode, charactersMax } = partNamed(name);
      const { length } = JSON.stringify(encode(state));
      expect(length, name).toBeLessThanOrEqual(charactersMax);
      expect(length, name).toBeGreaterThan(charactersMax * 0.8);
    }
  });
});

describe('any sequence of commands', () => {
  it('is refused with what its commands declare, and leaves parts within their bounds', () => {
    const undeclared = new Set<string>();
    fc.assert(
      fc.property(commands, (sequence) => {
        const history = new History();
        sequence.forEach((command, hours) => {
          const now = hoursAfter(hours);
          const decision = history.decide(command, now);
          if (decision.kind === 'rejected') {
            const { code } = decision.rejection;
            if (!isDeclared(command, code)) undeclared.add(`${command.type} ${code}`);
            return;
          }
          history.add(decision.events, now);
        });
        expect(partsTooLong(history.all)).toEqual([]);
      }),
      { numRuns: 1_000, seed: 20_261_130 },
    );
    expect([...undeclared]).toEqual([]);
  });
});
