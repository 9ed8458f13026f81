import { connect } from '@tidemark/database';
import { openEventStore, type CommandStrategy } from '@tidemark/event-store';
import { CurrencyTable, Money } from '@tidemark/money';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import type { WalletCommand } from '@tidemark/wallet';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';

const eur = (amount: string) => Money.of(amount, CurrencyTable.iso4217().get('EUR'));

describe.each(engines)('tidemark doctor on $engine', (engine) => {
  let fresh: FreshDatabase;
  let at: Workplace;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    at = new Workplace(fresh.url);
    const database = await connect({ url: fresh.url, role: 'tidemark_api', applicationName: 'test' });
    const store = openEventStore({ database });
    await write(store, { type: 'OpenWallet', walletId: 'alice', homeRegion: 'local', metadata: {} });
    await write(store, { type: 'OpenWallet', walletId: 'bob', homeRegion: 'local', metadata: {} });
    const deposit = { type: 'Deposit', walletId: 'alice', movementId: 'm', amount: eur('9.00'), details: {} } as const;
    await write(store, deposit);
    const legs = [{ from: 'alice', to: 'bob', amount: eur('2.00') }] as const;
    await write(store, { type: 'Transfer', transferId: 't', legs, details: {} });
    await store.close();
    await database.close();
    await settle();
  });
  afterAll(async () => {
    await fresh?.drop();
    at?.leave();
  });

  /** On CockroachDB doctor reads the log as of 0.25 s ago. */
  const settle = () => sleep(engine.engine === 'cockroach' ? 300 : 0);

  const spoil = async (sql: string) => {
    const owner = await connect({ url: fresh.url, applicationName: 'test-owner' });
    await owner.query(sql);
    await owner.close();
    await settle();
  };

  it('finds nothing in a healthy log', async () => {
    const { code, json, stderr } = await at.json('doctor');
    expect({ code, json, stderr }).toEqual({
      ...{ code: 0, stderr: '' },
      json: { ok: true, checked: { events: 5, wallets: 2 }, findings: [] },
    });
    expect(await at.run('doctor', '--wallet', 'bob')).toEqual({
      ...{ code: 0, stderr: '', stdout: '2 events of 1 wallets: nothing found\n' },
    });
    expect((await at.json('doctor', '--region', 'local')).json).toEqual(json);
  });

  it('refuses wallets that do not exist, and options that exclude each other', async () => {
    expect(await at.run('doctor', '--wallet', 'nobody')).toEqual({
      ...{ code: 2, stdout: '', stderr: 'tidemark: there is no wallet "nobody"\n' },
    });
    expect(await at.run('doctor', '--region', 'nowhere')).toEqual({
      ...{ code: 2, stdout: '', stderr: 'tidemark: there is no region "nowhere": there are local\n' },
    });
    expect(await at.run('doctor', '--region', 'local', '--wallet', 'bob')).toMatchObject({ code: 2, stdout: '' });
    expect((await at.run('doctor', '--wallet')).code).toBe(2);
  });

  it('prints one line for each finding, and ends with exit code 1', async () => {
    await spoil(
      `UPDATE wallet_events SET data = replace(data, '2.00', '2.50') WHERE wallet_id = 'bob' AND version = 2`,
    );
    await spoil(`DELETE FROM command_outcomes WHERE wallet_id = 'alice' AND position =
                   (SELECT position FROM wallet_events WHERE wallet_id = 'alice' AND version = 2)`);
    const { code, json } = await at.json('doctor');
    expect(code).toBe(1);
    expect(json).toMatchObject({ ok: false, checked: { events: 5, wallets: 2 } });
    expect(Object.keys(json)).toEqual(['ok', 'checked', 'findings']);
    expect(json.findings.map((finding: object) => Object.values(finding).slice(0, 3).join(' '))).toEqual([
      'outcome_present alice 2',
      'money_conserved alice 3',
      'hash_chain bob 2',
      'money_conserved bob 2',
      'outcome_present bob 2',
    ]);
    expect(Object.keys(json.findings[0])).toEqual(['invariant', 'walletId', 'version', 'message']);
    const { stdout, code: again } = await at.run('doctor', '--wallet', 'alice');
    expect(again).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'outcome_present alice version 2: no outcome is stored for the command with key key-3',
      'money_conserved alice version 3: transfer t: 2.00 EUR sent to bob, and 2.50 EUR received there, at version 2',
      '3 events of 1 wallets: 2 findings (docs/doctor.md says what to do)',
      '',
    ]);
  });
});

let keys = 0;

async function write(store: CommandStrategy, command: WalletCommand): Promise<void> {
  const idempotencyKey = `key-${(keys++ % 4) + 1}`;
  await store.execute({ command, idempotencyKey, requestHash: JSON.stringify(command), caller: 'test' });
}
