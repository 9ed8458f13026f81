import { checkCertificate, CertificateRefused, examine } from '@tidemark/doctor';
import { projectionNamed } from '@tidemark/projections';
import { beginBuild, Builder, buildProgress, type Certificate, proofOfBuild } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionsFixture } from '../projections/projections-fixture.js';

const WALLETS = ['a', 'b', 'c', 'd'];

describe.each(engines)('what doctor finds in projections on $engine', (engine) => {
  let on: ProjectionsFixture;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine);
    await Promise.all(WALLETS.map((walletId) => on.store.openWallet(walletId)));
    await on.move(WALLETS, 40);
    const worker = on.worker();
    await worker.catchUp();
    worker.pass(1_000);
    await worker.catchUp();
    // On CockroachDB the doctor checks the rows as of 2 s ago.
    if (engine.engine === 'cockroach') await sleep(2_500);
  });
  afterAll(() => on.close());

  const found = async (options: { walletId?: string } = {}) => {
    const { findings } = await examine(on.log.owner, {
      ...{ ...options, signal: new AbortController().signal, progress: () => undefined },
    });
    return findings.map(({ invariant, walletId, message }) => `${invariant} ${walletId}: ${message.split(':')[0]}`);
  };

  it('is nothing without changes', async () => {
    expect(await found()).toEqual([]);
  });

  it.each([
    [
      'a changed balance',
      `UPDATE wallet_balances SET state = replace(state, '["', '["9') WHERE wallet_id = 'b'`,
      'balances',
      'b',
    ],
    ['a missing balance', `DELETE FROM wallet_balances WHERE wallet_id = 'c'`, 'balances', 'c'],
    [
      'a changed line',
      `UPDATE wallet_movements SET amount = '7' WHERE wallet_id = 'a' AND version = 2`,
      'movements',
      'a',
    ],
    [
      'a missing line',
      `DELETE FROM journal_entries WHERE wallet_id = 'd' AND version = 2 AND line = 1`,
      'journal',
      'd',
    ],
    ['a changed sum', `UPDATE account_totals SET debit = debit + 1 WHERE account = 'world'`, 'trial_balance', ''],
  ])('%s', async (_what, corruption, projection, walletId) => {
    const table = /(?:UPDATE|FROM) (\w+)/.exec(corruption)![1]!;
    await on.log.owner.query(`CREATE TABLE kept AS SELECT * FROM ${table}`);
    await on.log.owner.query(corruption);
    const findings = await found();
    expect(findings.length).toBeGreaterThan(0);
    for (const each of findings)
      expect(each).toMatch(`projection_is_fold ${walletId}: ${projection} (generation 1, local)`);
    if (walletId !== '') expect(await found({ walletId })).toEqual(findings);
    await on.log.owner.query(`DELETE FROM ${table}`);
    await on.log.owner.query(`INSERT INTO ${table} SELECT * FROM kept`);
    await on.log.owner.query(`DROP TABLE kept`);
    expect(await found()).toEqual([]);
  });

  it.each(['balances', 'movements', 'journal', 'trial_balance'])(
    'a certificate of %s holds until the log is changed',
    async (name) => {
      const projection = projectionNamed(name)!;
      const build = await beginBuild(on.database, projection, ['local']);
      const me = { region: 'local', id: 'test' };
      await new Builder(on.database, { projections: [projection], me }).build(new AbortController().signal);
      const { rows } = await on.log.owner.query<{ built_to: string }>(
        `SELECT built_to::text AS built_to FROM projection_generations WHERE projection = $1 AND generation = $2`,
        [name, build.generation],
      );
      const certificate: Certificate = {
        format: 'tidemark-certificate-1',
        ...{ projection: name, version: projection.version, generation: build.generation, engine: engine.engine },
        ...{ regions: ['local'], position: rows[0]!.built_to.padStart(engine.engine === 'postgres' ? 19 : 0, '0') },
        ...{ events: (await buildProgress(on.database, build)).events },
        ...(await proofOfBuild(on.database, build, ['local'])),
        ...{ startedAt: '', finishedAt: '', requestedBy: 'test' },
      };
      const check = async (given: Certificate) =>
        (await checkCertificate(on.log.owner, given, () => undefined)).findings.map(
          ({ message }) => message.split(':')[0],
        );
      expect(certificate.events).toBe(await on.log.count('wallet_events'));
      expect(await check(certificate)).toEqual([]);
      expect(await check({ ...certificate, events: 1 })).toEqual(['events']);
      await expect(check({ ...certificate, version: 99 })).rejects.toThrow(CertificateRefused);
      await on.log.owner.query(
        `UPDATE wallet_events SET data = replace(data, '"1.00"', '"2.00"') WHERE wallet_id = 'a' AND version = 2`,
      );
      if (engine.engine === 'cockroach') await sleep(2_500);
      const broken = await check(certificate);
      expect(broken).toContain('root');
      await on.log.owner.query(
        `UPDATE wallet_events SET data = replace(data, '"2.00"', '"1.00"') WHERE wallet_id = 'a' AND version = 2`,
      );
      if (engine.engine === 'cockroach') await sleep(2_500);
    },
  );
});
