import { bookMovement } from '../../libs/importing/src/movement-booking.js';
import { CommandPipeline, Currencies } from '@tidemark/application';
import { connect } from '@tidemark/database';
import { examine } from '@tidemark/doctor';
import { MovementFinder, openEventStore } from '@tidemark/event-store';
import { Money } from '@tidemark/money';
import { engines, type FreshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKey, bearer } from './api-keys.js';
import { databaseOfBefore, positionOn, readBeforeCallers, type BeforeCallers } from './before-callers.js';
import { RunningService } from './running-service.js';

/** A migrated database from before keys belonged to callers. It still gives its former answers. */
describe.each(engines)('keys from before keys belonged to callers, on $engine', (engine) => {
  let before: BeforeCallers;
  let fresh: FreshDatabase;
  let service: RunningService;
  let till: string;
  let other: string;
  beforeAll(async () => {
    before = await readBeforeCallers();
    fresh = await databaseOfBefore(engine, before);
    service = await RunningService.start(engine, {
      on: fresh,
      prepare: async (database) => {
        till = await addKey(database, 'the till', 'write');
        other = await addKey(database, 'another till', 'write');
      },
    });
  });
  afterAll(() => service?.close());

  const repeat = (request: BeforeCallers['requests'][number], secret: string) =>
    service.post(request.path, request.body, { key: request.key, headers: { ...bearer(secret), ...request.headers } });

  it('gives every repeat its first answer, with the former ids, and books nothing', async () => {
    const counts = await service.counts();
    for (const secret of [till, other]) {
      for (const request of before.requests) {
        // Without an id, an opening's id follows from the caller: another caller would open another wallet.
        if (secret === other && JSON.stringify(request.body) === '{}') continue;
        const { status, headers, json } = await repeat(request, secret);
        const { position, detail: _, ...answer } = request.answer;
        const first = position === undefined ? answer : { ...answer, position: positionOfAnswer(position) };
        expect([request.path, status]).toEqual([request.path, request.status === 201 ? 200 : request.status]);
        expect(headers.get('idempotency-replayed')).toBe('true');
        expect(json).toMatchObject(first);
      }
    }
    expect(await service.counts()).toEqual(counts);
  });

  it('refuses another request under a former key, from each caller', async () => {
    const deposit = before.requests.find(({ key }) => key === '2')!;
    for (const secret of [till, other]) {
      const { status, json } = await repeat({ ...deposit, body: { amount: '25.01', currency: 'EUR' } }, secret);
      expect([status, json.code]).toEqual([422, 'idempotency_key_reused']);
    }
  });

  it('replays the former import, and continues with its retries', async () => {
    const database = await connect({ url: fresh.url, role: 'tidemark_api', applicationName: 'test', poolSize: 2 });
    const store = openEventStore({ database });
    const currency = await (await Currencies.load(database)).get('EUR');
    const movement = { walletId: 'bob', details: {}, overdraft: false };
    const a = { ...movement, id: 'a', direction: 'credit', amount: Money.of('7.00', currency) } as const;
    const b = { ...movement, id: 'b', direction: 'debit', amount: Money.of('900.00', currency) } as const;
    const book = (row: typeof a | typeof b, retryRejected = false) =>
      bookMovement(
        new CommandPipeline(store, new MovementFinder(database, ['local']), ['local']),
        database,
        { source: 'bank', caller: 'import bank', overdraft: false, retryRejected },
        row,
      );
    expect(await book(a)).toEqual({ kind: 'replayed' });
    expect(await book(b)).toMatchObject({ kind: 'rejected', code: 'insufficient_funds' });
    expect(await book(b, true)).toMatchObject({ kind: 'rejected', code: 'insufficient_funds' });
    await store.close();
    await database.close();
    const { rows } = await service.database.query(
      `SELECT idempotency_key AS key, caller FROM command_outcomes WHERE idempotency_key LIKE 'import%' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { key: 'import-retry:1:bank:b', caller: '' },
      { key: 'import-retry:2:bank:b', caller: 'import bank' },
      { key: 'import:bank:a', caller: '' },
      { key: 'import:bank:b', caller: '' },
    ]);
  });

  it('gives callers their own keys after the migration, also for former wallets', async () => {
    const deposit = { path: '/v1/wallets/bob/deposits', body: { amount: '1.00', currency: 'EUR' }, key: 'new' };
    const [mine, others] = [
      await repeat({ ...deposit, headers: {}, status: 201, answer: {} }, till),
      await repeat({ ...deposit, headers: {}, status: 201, answer: {} }, other),
    ];
    expect([mine.status, others.status]).toEqual([201, 201]);
    expect(mine.json.movementId).not.toBe(others.json.movementId);
  });

  it('has no findings of doctor, before and after', async () => {
    const { findings } = await examine(service.database, { signal: AbortSignal.timeout(60_000), progress() {} });
    expect(findings).toEqual([]);
  });

  function positionOfAnswer(position: unknown): string {
    return engine.engine === 'postgres' ? String(position) : positionOn('cockroach', String(BigInt(String(position))));
  }
});
