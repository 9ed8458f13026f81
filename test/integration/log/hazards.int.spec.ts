import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Engine } from '@tidemark/database';
import { cuttingProxy, engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, standing, verdict, watched, type TestStore } from './log-fixture.js';

/** The hazards of group commit. Each test fails without the guard against it. */
describe.each(engines)('group commit on $engine', (engine) => {
  let log: LogFixture;
  let store: TestStore;
  const statements: { text: string; values: unknown[] }[] = [];

  beforeAll(async () => {
    log = await LogFixture.create(engine);
    const database = watched(await log.connectApi(), (text, values) => void statements.push({ text, values }));
    store = await log.open({ database });
  });
  afterAll(() => log.close());

  it('writes all commands that arrive while a flush is in flight in one statement', async () => {
    await store.openWallet('grouped');
    statements.length = 0;
    store.flushes.length = 0;
    const outcomes = await Promise.all(Array.from({ length: 150 }, () => store.deposit('grouped', '0.01')));
    expect(outcomes.map(verdict)).toEqual(Array(150).fill('accepted'));
    expect(statements).toHaveLength(1);
    expect(store.flushes).toEqual([150]);
  });

  it('bounds a flush in commands and in bytes', async () => {
    const narrow = await log.open({ limits: { flushCommandsMax: 7 } });
    await narrow.openWallet('bounded');
    narrow.flushes.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => narrow.deposit('bounded', '0.01')));
    expect(narrow.flushes).toEqual([7, 7, 6]);

    const light = await log.open({ limits: { flushBytesMax: 2_000 } });
    await light.deposit('bounded', '0.01');
    light.flushes.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => light.deposit('bounded', '0.01')));
    expect(light.flushes.length).toBeGreaterThan(4);
  });

  it('sorts the rows of a statement by key, so that two processes cannot deadlock', async () => {
    const names = ['sort-c', 'sort-a', 'sort-b'];
    await Promise.all(names.map((walletId) => store.openWallet(walletId)));
    statements.length = 0;
    await Promise.all(names.map((walletId) => store.deposit(walletId, '1.00')));
    const idLists = statements[0]!.values.filter((value) => Array.isArray(value) && names.includes(value[0] as string));
    expect(idLists).toHaveLength(2); // of the events and of the outcomes
    for (const ids of idLists) expect(ids).toEqual([...names].sort());
  });

  it('delays only the wallet that lost a race, not the others of the flush', async () => {
    const rival = await log.open();
    const wallets = Array.from({ length: 20 }, (_, i) => `race-${i}`);
    await Promise.all(wallets.map((walletId) => store.openWallet(walletId)));
    await rival.deposit('race-0', '5.00'); // `store` has not read this
    store.retries.length = 0;
    const order: string[] = [];
    const note = (walletId: string) => void order.push(walletId);
    const outcomes = await Promise.all(
      wallets.map((walletId) => store.deposit(walletId, '1.00').finally(() => note(walletId))),
    );
    expect(outcomes.map(verdict)).toEqual(Array(20).fill('accepted'));
    expect(standing(outcomes[0]!)).toEqual([3, '6.00']);
    expect(store.retries).toEqual(['replay_or_race']);
    expect(await log.versions('race-0')).toEqual([1, 2, 3]);
    for (const walletId of wallets.slice(1)) expect(await log.versions(walletId)).toEqual([1, 2]);
  });

  it('finds the faulty command among many, and only that one fails', async () => {
    await log.owner.query(`ALTER TABLE command_outcomes ADD CONSTRAINT poison CHECK (idempotency_key <> 'poison')`);
    const wallets = Array.from({ length: 50 }, (_, i) => `poison-${i}`);
    await Promise.all(wallets.map((walletId) => store.openWallet(walletId)));
    store.flushes.length = 0;
    const settled = await Promise.allSettled(
      wallets.map((walletId, i) => store.deposit(walletId, '1.00', i === 31 ? 'poison' : undefined)),
    );
    await log.owner.query(`ALTER TABLE command_outcomes DROP CONSTRAINT poison`);
    const failed = settled.flatMap((each, i) =>
      each.status === 'rejected' ? [[i, (each.reason as { code: string }).code]] : [],
    );
    expect(failed).toEqual([[31, '23514']]);
    // The flush is halved until it succeeds. Then flushes have their full size again.
    expect(store.flushes).toEqual([25, 4, 2, 1, 17]);
    expect(await log.versions('poison-31')).toEqual([1]);
    expect(await log.count('wallet_events', `wallet_id LIKE 'poison-%' AND version = 2`)).toBe(49);
    expect(verdict(await store.deposit('poison-31', '1.00'))).toBe('accepted');
  });

  it('decides commands again that were decided after a command that failed alone', async () => {
    await log.owner.query(`ALTER TABLE command_outcomes ADD CONSTRAINT alone CHECK (idempotency_key <> 'alone')`);
    const behind: Promise<unknown>[] = [];
    const database = watched(await log.connectApi(), async (_text, values) => {
      if (behind.length > 0 || !JSON.stringify(values).includes('"alone"')) return;
      behind.push(victim.deposit('lonely', '2.00'));
      await sleep(20); // the second deposit is decided on the state after this statement
    });
    const victim = await log.open({ database });
    await victim.openWallet('lonely');
    await expect(victim.deposit('lonely', '1.00', 'alone')).rejects.toMatchObject({ code: '23514' });
    await Promise.all(behind);
    await log.owner.query(`ALTER TABLE command_outcomes DROP CONSTRAINT alone`);
    expect(behind).toHaveLength(1);
    expect(await log.versions('lonely')).toEqual([1, 2]);
    expect(standing(await (await log.open()).deposit('lonely', '1.00'))).toEqual([3, '3.00']);
  });

  it('answers all commands that needed a wallet while the database was unavailable', async () => {
    await store.openWallet('cold');
    const proxy = await cuttingProxy(log.url);
    const away = await log.open({ database: await log.connectApi(proxy.url), limits: { commandDeadlineMs: 10_000 } });
    proxy.refuse(true);
    proxy.cut();
    const told: Promise<unknown>[] = [];
    for (let i = 0; i < 12; i++) {
      told.push(away.deposit('cold', '1.00'));
      await sleep(17);
    }
    proxy.refuse(false);
    await Promise.all(told);
    expect(await log.versions('cold')).toHaveLength(13);
    await proxy.close();
  });

  it('an answer without events is stored only if the state of its decision is still current', async () => {
    const rival = await log.open();
    await store.openWallet('guard');
    let interfere = true;
    const slow = watched(await log.connectApi(), async (text) => {
      if (!interfere || !text.includes('new_outcomes')) return;
      interfere = false;
      await rival.deposit('guard', '5.00'); // between the decision and its statement
    });
    const victim = await log.open({ database: slow });
    expect(standing(await victim.withdraw('guard', '5.00', 'w'))).toEqual([3, '0.00']);
    expect(victim.retries).toEqual(['stale_answer']);
    const { rows } = await log.owner.query<{ result: string }>(
      `SELECT result FROM command_outcomes WHERE wallet_id = 'guard' AND idempotency_key = 'w'`,
    );
    expect(rows.map(({ result }) => (JSON.parse(result) as { kind: string }).kind)).toEqual(['accepted']);
  });

  it('a rejection decided after an append of the same flush is true too', async () => {
    await store.openWallet('behind');
    statements.length = 0;
    const outcomes = await Promise.all([
      store.deposit('behind', '5.00'),
      store.withdraw('behind', '6.00', 'too-much'),
      store.deposit('behind', '5.00'),
      store.withdraw('behind', '6.00'),
    ]);
    expect(outcomes.map(verdict)).toEqual(['accepted', 'insufficient_funds', 'accepted', 'accepted']);
    // The appended version already guards the rejection: the statement checks no other version and counts no outcomes.
    expect(statements.map(({ text }) => text.includes('stale'))).toEqual([false]);
    expect(await store.withdraw('behind', '6.00', 'too-much')).toMatchObject({ replayed: true });
  });

  it('an opening in another region, or a transfer across regions, never delays a local flush', async () => {
    const released = Promise.withResolvers<void>();
    const reached = (values: unknown[], region: string) =>
      values.some((value) => Array.isArray(value) && value.includes(region));
    const database = watched(await log.connectApi(), async (text, values) => {
      if (text.includes('new_outcomes') && reached(values, 'far')) await released.promise;
    });
    const near = await log.open();
    await Promise.all([near.openWallet('near', undefined, 'near'), near.openWallet('free', undefined, 'near')]);
    await near.openWallet('far', undefined, 'far');
    await near.deposit('near', '9.00');
    const cut = await log.open({ database });
    const stuck = [
      cut.deposit('far', '1.00'),
      cut.transfer('near', 'far', '1.00'),
      cut.openWallet('far-2', undefined, 'far'),
    ];
    await sleep(50); // the transfer is in flight and uses the wallet `near`
    const behindIt = cut.deposit('near', '1.00');
    expect(verdict(await cut.deposit('free', '1.00'))).toBe('accepted');
    const winner = await Promise.race([behindIt.then(() => 'not behind it'), sleep(100).then(() => 'waits')]);
    expect(winner).toBe('waits');
    released.resolve();
    expect((await Promise.all([...stuck, behindIt])).map(verdict)).toEqual(Array(4).fill('accepted'));
    expect(await log.versions('near')).toEqual([1, 2, 3, 4]);
  });

  it('a lost result is decided by the unique keys: each command once, and not as a replay', async () => {
    const proxy = await cuttingProxy(log.url);
    const cut = await log.open({ database: await log.connectApi(proxy.url) });
    await cut.openWallet('ambiguous');
    for (let i = 0; i < 5; i++) {
      proxy.swallowNextAnswer();
      const outcomes = await Promise.all([
        cut.deposit('ambiguous', '2.00', `a-${i}`),
        cut.withdraw('ambiguous', '1.00', `b-${i}`),
        cut.withdraw('ambiguous', '99.00', `c-${i}`),
      ]);
      expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'insufficient_funds']);
      expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, false, false]);
    }
    expect(cut.retries).toContain('ambiguous');
    expect(cut.ambiguities).toContain('had_committed');
    expect(standing(await cut.deposit('ambiguous', '0.50'))).toEqual([12, '5.50']);
    await proxy.close();
  });

  it('waits for an unavailable database, and reports that nothing was written if it stays unavailable', async () => {
    const proxy = await cuttingProxy(log.url);
    const away = await log.open({
      database: await log.connectApi(proxy.url),
      limits: { commandDeadlineMs: 1_500 },
    });
    await away.openWallet('away');
    proxy.refuse(true);
    proxy.cut();
    const soon = away.deposit('away', '1.00', 'soon');
    await sleep(300);
    proxy.refuse(false);
    expect(verdict(await soon)).toBe('accepted');

    proxy.refuse(true);
    proxy.cut();
    await sleep(50);
    await expect(away.deposit('away', '1.00', 'never')).rejects.toMatchObject({ name: 'LogUnavailable' });
    proxy.refuse(false);
    expect(await log.versions('away')).toEqual([1, 2]);
    expect(verdict(await away.deposit('away', '1.00', 'never'))).toBe('accepted');
    await proxy.close();
  });

  it('runs the whole decision again after a restart error', async () => {
    await store.openWallet('restart');
    const failing = await failNextAppends(log.owner, 3);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.deposit('restart', '1.00')));
    await failing.stop();
    expect(outcomes.map(verdict)).toEqual(Array(10).fill('accepted'));
    expect(store.retries.filter((reason) => reason === 'lost_race').length).toBeGreaterThanOrEqual(1);
    expect(standing(await store.deposit('restart', '1.00'))).toEqual([12, '11.00']);
  });

  it('a wallet is not folded over a gap in its log', async () => {
    await store.openWallet('holed');
    for (let i = 0; i < 2; i++) await store.deposit('holed', '1.00');
    await log.owner.query(`DELETE FROM wallet_events WHERE wallet_id = 'holed' AND version = 2`);
    const fresh = await log.open();
    await expect(fresh.deposit('holed', '1.00')).rejects.toThrow('version 3 follows 1 in the log');
  });

  it('an event of a newer version stops only its own wallet', async () => {
    await Promise.all(['newer', 'older'].map((walletId) => store.openWallet(walletId)));
    await writeFutureEvents(log.owner, engine.engine, 'newer', 2);
    const fresh = await log.open();
    const [newer, older] = await Promise.allSettled([fresh.deposit('newer', '1.00'), fresh.deposit('older', '1.00')]);
    expect(newer).toMatchObject({ status: 'rejected', reason: { name: 'EventFromTheFuture' } });
    expect(older).toMatchObject({ status: 'fulfilled' });
  });

  // A query for 500 wallets returns 40 events of each. Wallets with more events are read again.
  it('many events of a newer version stop only their own wallets', async () => {
    await Promise.all(['much-newer', 'as-old'].map((walletId) => store.openWallet(walletId)));
    await writeFutureEvents(log.owner, engine.engine, 'much-newer', 60);
    const fresh = await log.open();
    const nobody = Array.from({ length: 498 }, (_, i) => fresh.deposit(`nobody-${i}`, '1.00'));
    const [newer, older] = await Promise.allSettled([
      fresh.deposit('much-newer', '1.00'),
      fresh.deposit('as-old', '1.00'),
    ]);
    expect(newer).toMatchObject({ status: 'rejected', reason: { name: 'EventFromTheFuture' } });
    expect(older).toMatchObject({ status: 'fulfilled' });
    expect((await Promise.all(nobody)).length).toBe(498);
  });
});

/** Appends events of a type that this version does not know to a wallet that was just opened. */
async function writeFutureEvents(owner: Database, engine: Engine, walletId: string, events: number): Promise<void> {
  const position = engine === 'postgres' ? ', position' : '';
  await owner.query(
    `INSERT INTO wallet_events
      (region, wallet_id, version, shard, recorded_at, type, schema_version, data, metadata, hash${position})
     SELECT region, wallet_id, later.version, shard, recorded_at, 'FundsBlessed', 1, data, metadata, hash${position}
     FROM wallet_events, generate_series(2, $2::int8) AS later(version) WHERE wallet_id = $1`,
    [walletId, events + 1],
  );
}

/** A trigger that answers the next appends with SQLSTATE 40001. */
async function failNextAppends(owner: Database, times: number): Promise<{ stop(): Promise<void> }> {
  // A sequence keeps its value when a transaction is rolled back.
  await owner.query('CREATE SEQUENCE faults');
  await owner.query('GRANT ALL ON faults TO tidemark_api');
  await owner.query(`CREATE FUNCTION fail_append() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('faults') <= ${times} THEN
        RAISE EXCEPTION 'injected' USING ERRCODE = '40001';
      END IF;
      RETURN NEW;
    END $$`);
  await owner.query(
    'CREATE TRIGGER fail_append BEFORE INSERT ON command_outcomes FOR EACH ROW EXECUTE FUNCTION fail_append()',
  );
  return {
    async stop() {
      await owner.query('DROP TRIGGER fail_append ON command_outcomes');
      await owner.query('DROP FUNCTION fail_append');
      await owner.query('DROP SEQUENCE faults');
    },
  };
}
