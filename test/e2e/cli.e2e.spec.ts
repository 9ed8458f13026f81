import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';

const MAPPING = {
  source: 'cli',
  openWallets: true,
  movements: {
    id: 'id',
    wallet: 'account',
    amount: { signed: 'amount' },
    currency: { value: 'EUR' },
    balance: 'balance',
  },
};
const CSV = 'id,account,amount,balance\n1,alice,10,10\n2,alice,-4,6\n3,bob,1,1\n';
/** The whole service starts in this time, on a machine that is busy with other tests. */
const START_MS_MAX = 60_000;

/** Starts `tidemark dev --json` and waits until it prints its URL. */
async function startDev(at: Workplace) {
  const { child, ended } = at.start('dev', '--json');
  const line = await Promise.race([
    once(child.stdout!, 'data').then(([chunk]) => String(chunk)),
    ended.then(({ stderr }) => Promise.reject(new Error(`it ended at once: ${stderr}`))),
  ]);
  return { child, ended, greeting: JSON.parse(line) as { url: string; database: string; databaseUrl: string } };
}

async function open(url: string, walletId: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'hello' };
  const answer = await fetch(`${url}/v1/wallets`, { method: 'POST', headers, body: JSON.stringify({ walletId }) });
  await answer.text();
  return answer.status;
}

describe.each(engines)('tidemark on $engine', (engine) => {
  let fresh: FreshDatabase;
  let at: Workplace;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    at = new Workplace(fresh.url, { PORT: '0' });
    at.write('m.json', MAPPING);
    at.write('f.csv', CSV);
  });
  afterAll(async () => {
    await fresh?.drop();
    at?.leave();
  });

  it('prints one JSON object and nothing else with --json, for every command', async () => {
    const importing = ['import', 'f.csv', '--mapping', 'm.json'];
    const bank = { name: 'bank-a', account: 'world:bank-a', description: 'Bank A' };
    const commands: [string[], number, object][] = [
      [['migrate'], 0, { engine: engine.engine, applied: [] }],
      [importing, 0, { read: 3, booked: 3, replayed: 0, rejected: 0, wallets: 2, net: { EUR: '7.00' } }],
      [importing, 0, { read: 3, booked: 0, replayed: 3 }],
      [['reconcile', 'f.csv', '--mapping', 'm.json'], 0, { wallets: 2, matching: 2, breaks: [] }],
      [['wallet', 'show', 'alice'], 0, { walletId: 'alice', status: 'open', homeRegion: 'local', version: 3 }],
      [['wallet', 'events', 'alice'], 0, { walletId: 'alice', next: null }],
      [['wallet', 'events', 'alice', '--limit', '1'], 0, { events: [{ type: 'WalletOpened' }], next: 1 }],
      [
        ['wallet', 'events', 'alice', '--after', '2'],
        0,
        { events: [{ version: 3, type: 'FundsWithdrawn' }], next: null },
      ],
      [
        ['wallet', 'statement', 'alice'],
        0,
        { movements: [{ balanceAfter: '10.00' }, { amount: '-4.00', balanceAfter: '6.00' }] },
      ],
      [
        ['wallet', 'statement', 'alice', '--after', '2'],
        0,
        { movements: [{ version: 3, balanceAfter: '6.00' }], next: null },
      ],
      [['assets', 'add', 'POINTS', '0'], 0, { code: 'POINTS', scale: 0, added: true }],
      [['assets', 'add', 'POINTS', '0'], 0, { code: 'POINTS', scale: 0, added: false }],
      [['assets', 'list'], 0, { assets: [{ code: 'POINTS', scale: 0 }] }],
      [['accounts', 'add', 'bank-a', 'Bank A'], 0, { ...bank, added: true }],
      [['accounts', 'add', 'bank-a', 'Bank A'], 0, { ...bank, added: false }],
      [['accounts', 'list'], 0, { accounts: [bank] }],
      [['accounts', 'add', 'bank-a', 'Bank B'], 2, { error: { code: 'usage' } }],
      [['keys', 'list'], 0, { keys: [] }],
      [['wallet', 'show', 'nobody'], 2, { error: { code: 'usage', message: 'there is no wallet "nobody"' } }],
      [['wallet', 'statement', 'nobody'], 2, { error: { code: 'usage' } }],
      [['wallet', 'events', 'nobody'], 2, { error: { code: 'usage' } }],
      [['wallet', 'show'], 2, { error: { code: 'usage', message: "missing required argument 'wallet'" } }],
      [['assets', 'add', 'EUR', '3'], 2, { error: { code: 'usage' } }],
      [['assets', 'add', 'POINTS', '1'], 2, { error: { code: 'usage' } }],
      [['assets', 'add', 'points', '1'], 2, { error: { code: 'usage' } }],
      [['keys', 'create', '--name', 'x', '--scopes', 'all'], 2, { error: { code: 'usage' } }],
      [['keys', 'revoke', 'key_0'], 2, { error: { code: 'usage' } }],
      [['import', 'f.csv'], 2, { error: { code: 'usage' } }],
      [
        ['projections', 'rebuild', 'balances', '--wallet', 'alice', '--region', 'local'],
        2,
        { error: { code: 'usage' } },
      ],
      [['projections', 'rebuild', 'balances', '--region', ''], 2, { error: { code: 'usage' } }],
      [['wallets'], 2, { error: { code: 'usage', message: "unknown command 'wallets'" } }],
    ];
    for (const [args, code, json] of commands) {
      const ended = await at.json(...args);
      expect({ args, code: ended.code, json: ended.json }).toMatchObject({ args, code, json });
      expect(ended.stdout.endsWith('}\n')).toBe(true);
      expect(ended.stderr.trimEnd().split('\n').length, ended.stderr).toBe(1);
    }
  });

  it('prints text without --json', async () => {
    expect((await at.run('import', 'f.csv', '--mapping', 'm.json')).stdout).toMatch(
      /^3 movements: 0 booked, 3 booked before, 0 rejected .*\n2 wallets, 0 of them opened now\nEUR: credits 11\.00, debits 4\.00, net 7\.00\n$/,
    );
    expect((await at.run('--help')).stdout).toContain('Usage: tidemark');
    expect((await at.run('import', '--help')).code).toBe(0);
    expect(await at.run('wallet', 'show', 'nobody')).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: 'tidemark: there is no wallet "nobody"\n',
    });
  });

  it('prints a line if there is nothing to list', async () => {
    const empty = await freshDatabase(engine);
    const place = new Workplace(empty.url);
    try {
      const mapping = { ...MAPPING, movements: { ...MAPPING.movements, balance: undefined } };
      place.write('m.json', mapping);
      place.write('f.csv', CSV);
      for (const [args, line] of [
        [['keys', 'list'], 'no API keys'],
        [['assets', 'list'], 'no assets of your own'],
        [['accounts', 'list'], 'no accounts of the outside'],
        [['projections', 'parked'], 'no wallet is parked'],
        [['projections', 'audit'], 'no operations'],
      ] as const) {
        expect(await place.run(...args)).toMatchObject({ code: 0, stdout: `${line}\n` });
      }
      await place.run('import', 'f.csv', '--mapping', 'm.json');
      expect((await place.run('wallet', 'events', 'alice', '--after', '9')).stdout).toBe('no events after version 9\n');
      expect((await place.run('wallet', 'statement', 'alice', '--after', '9')).stdout).toBe(
        'no movements after version 9\n',
      );
    } finally {
      place.leave();
      await empty.drop();
    }
  });

  it('makes keys whose secret cannot be read again, and revokes them', async () => {
    const own = await freshDatabase(engine); // after its first key, a database requires a key for every request
    const at = new Workplace(own.url);
    const { json: made } = await at.json('keys', 'create', '--name', 'the app', '--scopes', 'write,read');
    expect(made).toMatchObject({ name: 'the app', scopes: ['read', 'write'] });
    const listed = await at.json('keys', 'list');
    expect(listed.json.keys).toMatchObject([{ keyId: made.keyId, revokedAt: null }]);
    expect(listed.stdout).not.toContain(made.secret);
    const { json: revoked } = await at.json('keys', 'revoke', made.keyId);
    const again = await at.run('keys', 'revoke', made.keyId);
    expect(again.stdout).toContain('No active key is left');
    expect((await at.json('keys', 'revoke', made.keyId)).json).toEqual(revoked);
    expect((await at.json('keys', 'list')).json.keys).toMatchObject([{ revokedAt: revoked.revokedAt }]);
    at.leave();
    await own.drop();
  });

  it('refuses a key with the name of an internal caller', async () => {
    const { code, stderr } = await at.run('keys', 'create', '--name', 'expiry timer', '--scopes', 'write');
    expect([code, stderr]).toEqual([
      2,
      'tidemark: --name expiry timer is used by the service itself: choose another\n',
    ]);
  });

  it(
    'runs the service, executes commands at the same time, and stops with SIGINT',
    { timeout: START_MS_MAX },
    async () => {
      const { child, ended, greeting } = await startDev(at);
      expect(await open(greeting.url, 'carol')).toBe(201);
      expect(await open(greeting.url, 'carol')).toBe(200);
      expect((await at.json('wallet', 'show', 'carol')).json).toMatchObject({ version: 1 });
      at.write('g.csv', `${CSV}4,carol,5,5\n`);
      expect((await at.json('import', 'g.csv', '--mapping', 'm.json')).json).toMatchObject({ booked: 1, replayed: 3 });
      const answer = await fetch(`${greeting.url}/v1/wallets/carol`);
      expect(await answer.json()).toMatchObject({ balances: [{ posted: '5.00' }] });
      child.kill('SIGINT');
      child.kill('SIGINT'); // npm passes each signal on twice
      const { code, stdout } = await ended;
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual(greeting);
    },
  );

  it('stops when the process that started it has ended', { timeout: START_MS_MAX }, async () => {
    const { child } = await startDev(at);
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]); // there is no "close" after a disconnect
  });

  it('reports in one line that its port is taken', { timeout: START_MS_MAX }, async () => {
    const { child, ended, greeting } = await startDev(at);
    const { port } = new URL(greeting.url);
    const other = new Workplace(fresh.url, { PORT: port });
    const { code, stdout, stderr } = await other.start('dev', '--json').ended;
    const message = `port ${port} on 127.0.0.1 is in use: choose another with PORT`;
    expect({ code, stdout: JSON.parse(stdout) }).toEqual({
      code: 3,
      stdout: { error: { code: 'could_not_run', message } },
    });
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`tidemark: ${message}`);
    expect(stderr).not.toMatch(/EADDRINUSE|"level":"error"/);
    other.leave();
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('stops an import cleanly with SIGINT, and continues from there', { timeout: START_MS_MAX }, async () => {
    const rows = 200_000;
    const lines = Array.from({ length: rows }, (_, i) => `m${i},wallet-${i % 500},1,`).join('\n');
    at.write('big.csv', `id,account,amount,balance\n${lines}\n`);
    const args = ['import', 'big.csv', '--mapping', 'm.json'];
    const { child, ended } = at.start(...args, '--json');
    while ((await at.run('wallet', 'show', 'wallet-7')).code !== 0);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    const stopped = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(stopped).toMatchObject({ interrupted: true, rejected: 0 });
    expect(stopped.read).toBeLessThan(rows);
    expect(stderr).toContain('the same command goes on from there');
    const short = `id,account,amount,balance\n${lines
      .split('\n')
      .slice(0, stopped.read + 10)
      .join('\n')}\n`;
    at.write('big.csv', short);
    const { json } = await at.json(...args);
    expect(json).toMatchObject({ booked: 10, replayed: stopped.read, interrupted: false });
  });

  it('reports in one line why it could not run', async () => {
    const empty = await freshDatabase(engine, { migrations: false });
    const nowhere = new Workplace('postgresql://nobody@127.0.0.1:1/none');
    const unmigrated = new Workplace(empty.url);
    const wrong = new Workplace('mysql://localhost/x');
    try {
      for (const [place, code] of [
        [nowhere, 3],
        [unmigrated, 3],
        [wrong, 2],
      ] as const) {
        const ended = await place.json('wallet', 'show', 'alice');
        expect(ended.code).toBe(code);
        expect(ended.stderr).toMatch(/^tidemark: [^\n]+\n$/);
        expect(ended.json.error.message).toBe(ended.stderr.slice('tidemark: '.length).trimEnd());
      }
      expect((await unmigrated.run('wallet', 'show', 'alice')).stderr).toContain('tidemark migrate');
    } finally {
      for (const place of [nowhere, unmigrated, wrong]) place.leave();
      await empty.drop();
    }
  });

  it('refuses settings without a meaning', async () => {
    for (const [name, value] of [
      ['PORT', '70000'],
      ['PORT', 'http'],
      ['LOG_LEVEL', 'loud'],
    ] as const) {
      const place = new Workplace(fresh.url, { [name]: value });
      expect(await place.run('dev')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(`^tidemark: ${name}: .+\n$`),
      });
      place.leave();
    }
  });
});

describe.skipIf(!engines.some(({ found }) => found === 'embedded'))('tidemark with its own PostgreSQL', () => {
  let at: Workplace;

  beforeAll(() => {
    at = new Workplace(undefined, { PORT: '0' });
    at.write('m.json', MAPPING);
    at.write('f.csv', CSV);
  });
  afterAll(() => at.leave());

  it('starts it for a command and stops it afterwards, and keeps the data', { timeout: START_MS_MAX }, async () => {
    expect((await at.json('import', 'f.csv', '--mapping', 'm.json')).json).toMatchObject({ booked: 3 });
    expect(existsSync(at.path('.tidemark/postgres'))).toBe(true);
    expect((await at.json('wallet', 'show', 'alice')).json).toMatchObject({ balances: [{ posted: '6.00' }] });
  });

  it('uses the one of a running service', { timeout: START_MS_MAX }, async () => {
    const { child, ended, greeting } = await startDev(at);
    expect(greeting.database).toBe('.tidemark/postgres');
    expect(greeting.databaseUrl).toMatch(/^postgresql:.*@127.0.0.1:\d+.tidemark$/);
    expect((await at.json('import', 'f.csv', '--mapping', 'm.json')).json).toMatchObject({ replayed: 3 });
    const answer = await fetch(`${greeting.url}/v1/wallets/bob`);
    expect(await answer.json()).toMatchObject({ balances: [{ posted: '1.00' }] });
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
