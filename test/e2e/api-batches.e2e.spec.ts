import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { examine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService, type Asked } from './running-service.js';

/** On CockroachDB an examination looks a quarter of a second back. */
const SETTLE_MS = 300;

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const open = (walletId: string) => ({ type: 'openWallet', walletId });
const deposit = (walletId: string, amount: string) => ({ type: 'deposit', walletId, ...eur(amount) });
const withdraw = (walletId: string, amount: string) => ({ type: 'withdraw', walletId, ...eur(amount) });
const transfer = (from: string, to: string, amount: string) => ({ type: 'transfer', from, to, ...eur(amount) });

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they expect to be there
type Result = any;

describe.each(engines)('batches on $engine', (engine) => {
  let service: RunningService;
  beforeAll(async () => (service = await RunningService.start(engine, { worker: true })));
  afterAll(() => service?.close());

  const batch = (atomic: boolean, commands: readonly object[], asked: Asked & { dryRun?: boolean } = {}) =>
    service.post(`/v1/batches${asked.dryRun ? '?dryRun=true' : ''}`, { atomic, commands }, asked);
  const each = (commands: readonly object[], asked?: Asked & { dryRun?: boolean }) => batch(false, commands, asked);
  const all = (commands: readonly object[], asked?: Asked & { dryRun?: boolean }) => batch(true, commands, asked);
  const posted = async (walletId: string) => (await service.get(`/v1/wallets/${walletId}`)).json.balances?.[0]?.posted;
  const ids = (...names: string[]) => names.map((name) => `${name}-${randomUUID().slice(0, 8)}`);
  const statuses = ({ json }: { json: Result }) => json.results.map(({ status }: Result) => status);
  const codes = ({ json }: { json: Result }) => json.results.map(({ problem }: Result) => problem?.code);

  describe('each on its own', () => {
    it('answers each command as a request of its own, in order', async () => {
      const [a, b, nobody] = ids('a', 'b', 'nobody') as [string, string, string];
      const answer = await each([
        open(a),
        deposit(a, '10.00'),
        withdraw(a, '11.00'),
        open(b),
        transfer(a, b, '4.00'),
        deposit(nobody, '1.00'),
        { type: 'placeHold', walletId: b, ...eur('3.00') },
        { type: 'changeMetadata', walletId: b, metadata: { tier: 'gold' } },
        withdraw(b, '1.00'),
      ]);
      expect(answer.status).toBe(201);
      expect(statuses(answer)).toEqual([201, 201, 422, 201, 201, 404, 201, 201, 201]);
      const { results } = answer.json;
      expect(results[2].problem).toMatchObject({ code: 'insufficient_funds', details: { available: eur('10.00') } });
      expect(results[4].body.transferId).toMatch(/^tr_/);
      expect(results[8].body).toMatchObject({
        walletId: b,
        version: 5,
        balances: [{ posted: '3.00', available: '0.00' }],
      });
      expect([await posted(a), await posted(b)]).toEqual(['6.00', '3.00']);
    });

    it('gives the same results again, and books nothing', async () => {
      const [a, nobody] = ids('a', 'nobody') as [string, string];
      const commands = [open(a), deposit(a, '5.00'), withdraw(a, '9.00'), deposit(nobody, '1.00')];
      const key = randomUUID();
      const first = await each(commands, { key });
      const before = await service.counts();
      const again = await each(commands, { key });
      expect([again.status, again.headers.get('idempotency-replayed'), again.json]).toEqual([200, 'true', first.json]);
      expect(await service.counts()).toEqual(before);
    });

    it('refuses another request under the key before any command is executed', async () => {
      const [a, b] = ids('a', 'b') as [string, string];
      const key = randomUUID();
      await each([open(a), open(b)], { key: 'opens' });
      await each([deposit(a, '1.00'), deposit(b, '1.00')], { key });
      const before = await service.counts();
      const others = [
        await each([deposit(a, '1.00'), deposit(b, '2.00')], { key }),
        await each([deposit(a, '1.00')], { key }),
        await all([deposit(a, '1.00'), deposit(b, '1.00')], { key }),
        await service.post(`/v1/wallets/${a}/deposits`, eur('1.00'), { key }),
      ];
      expect(others.map(({ json }) => json.code)).toEqual(Array(4).fill('idempotency_key_reused'));
      expect(await service.counts()).toEqual(before);
    });

    it('executes two same batches at once one time', async () => {
      const [a, b] = ids('a', 'b') as [string, string];
      await each([open(a), open(b)]);
      const commands = Array.from({ length: 40 }, (_, i) => deposit(i % 2 ? a : b, '1.00'));
      const key = randomUUID();
      const answers = await Promise.all([1, 2, 3].map(() => each(commands, { key })));
      for (const { json } of answers) expect(json).toEqual(answers[0]!.json);
      expect([await posted(a), await posted(b)]).toEqual(['20.00', '20.00']);
    });

    it('decides a hundred commands on one hot wallet in their order', async () => {
      const [hot] = ids('hot') as [string];
      await each([open(hot)]);
      const commands = Array.from({ length: 100 }, (_, i) => (i % 2 ? withdraw : deposit)(hot, '1.00'));
      const answer = await each(commands);
      expect(statuses(answer)).toEqual(Array(100).fill(201));
      expect(answer.json.results.map(({ body }: Result) => body.version)).toEqual(commands.map((_, i) => i + 2));
      expect(await posted(hot)).toBe('0.00');
    });

    it('keeps the order around commands that need a movement or a fact', async () => {
      const [a] = ids('a') as [string];
      await each([open(a), deposit(a, '10.00')]);
      const { json } = await service.post(`/v1/wallets/${a}/withdrawals`, eur('10.00'));
      const answer = await each([
        withdraw(a, '4.00'),
        { type: 'reverseMovement', walletId: a, movementId: json.movementId, ...eur('4.00') },
        withdraw(a, '4.00'),
        { type: 'reverseMovement', walletId: a, movementId: json.movementId },
        withdraw(a, '6.00'),
      ]);
      expect(statuses(answer)).toEqual([422, 201, 201, 201, 201]);
    });

    it('is a repeat of its own where the first wallet is unknown: the next command has the say', async () => {
      const [ghost, a] = ids('ghost', 'a') as [string, string];
      await each([open(a)]);
      const key = randomUUID();
      const commands = [deposit(ghost, '1.00'), deposit(a, '1.00')];
      expect(statuses(await each(commands, { key }))).toEqual([404, 201]);
      expect((await each(commands, { key })).headers.get('idempotency-replayed')).toBe('true');
      expect(codes(await each([deposit(ghost, '1.00'), deposit(a, '2.00')], { key }))).toEqual([
        'wallet_not_found',
        'idempotency_key_reused',
      ]);
      await service.post('/v1/wallets', { walletId: ghost });
      expect(statuses(await each(commands, { key }))).toEqual([201, 201]);
      expect([await posted(ghost), await posted(a)]).toEqual(['1.00', '1.00']);
    });

    it('decides each on what the ones before it would leave in a dry run, and writes nothing', async () => {
      const [a] = ids('a') as [string];
      const commands = [open(a), deposit(a, '5.00'), withdraw(a, '3.00'), withdraw(a, '3.00')];
      const before = await service.counts();
      const key = randomUUID();
      const dry = await each(commands, { key, dryRun: true });
      expect([dry.status, dry.headers.get('tidemark-dry-run')]).toEqual([200, 'true']);
      expect(statuses(dry)).toEqual([200, 200, 200, 422]);
      expect(dry.json.results[2].body.balances).toMatchObject([{ posted: '2.00' }]);
      expect(await service.counts()).toEqual(before);
      const done = await each(commands, { key });
      expect(statuses(done)).toEqual([201, 201, 201, 422]);
      expect(done.json.results[3]).toEqual(dry.json.results[3]);
      expect((await each(commands, { key, dryRun: true })).headers.get('idempotency-replayed')).toBe('true');
    });
  });

  describe('all or none', () => {
    it('decides each on what the one before it left, in one statement', async () => {
      const [a, b] = ids('a', 'b') as [string, string];
      const before = await service.counts();
      const answer = await all([
        open(a),
        deposit(a, '10.00'),
        open(b),
        transfer(a, b, '6.00'),
        { type: 'placeHold', walletId: b, ...eur('5.00') },
        withdraw(b, '1.00'),
        { type: 'changeMetadata', walletId: a, metadata: { tier: 'gold' } },
        { type: 'freeze', walletId: b, direction: 'debits', expectedVersion: 4 },
      ]);
      expect(answer.status).toBe(201);
      expect(answer.json.wallets).toMatchObject([
        { walletId: a, version: 4, balances: [{ posted: '4.00' }] },
        { walletId: b, version: 5, status: 'frozen', balances: [{ posted: '5.00', held: '5.00', available: '0.00' }] },
      ]);
      expect(answer.json.results[3].body.transferId).toMatch(/^tr_/);
      const { events, commits, outcomes } = await service.counts();
      expect([events - before.events, commits - before.commits, outcomes - before.outcomes]).toEqual([9, 1, 1]);
      expect((await service.get(`/v1/wallets/${a}`)).json.metadata).toEqual({ tier: 'gold' });
    });

    it('books nothing where one is refused, says which, and keeps that', async () => {
      const [a, b] = ids('a', 'b') as [string, string];
      await all([open(a), deposit(a, '5.00'), open(b)]);
      const before = await service.counts();
      const commands = [withdraw(a, '3.00'), deposit(b, '1.00'), withdraw(a, '3.00')];
      const key = randomUUID();
      const answer = await all(commands, { key });
      expect([answer.status, answer.json.code]).toEqual([422, 'insufficient_funds']);
      expect(answer.json.details).toMatchObject({ pointer: '/commands/2', walletId: a, available: eur('2.00') });
      const after = await service.counts();
      expect([after.events, after.outcomes]).toEqual([before.events, before.outcomes + 1]);
      await service.post(`/v1/wallets/${a}/deposits`, eur('5.00'));
      const again = await all(commands, { key });
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([422, 'true']);
      expect([await posted(a), await posted(b)]).toEqual(['10.00', undefined]);
    });

    it('refuses an opening and what follows together, and nobody else finds the wallet', async () => {
      const [a, nobody] = ids('a', 'nobody') as [string, string];
      const key = randomUUID();
      const commands = [open(a), deposit(a, '5.00'), transfer(a, nobody, '1.00')];
      const answer = await all(commands, { key });
      expect([answer.status, answer.json.code, answer.json.details]).toEqual([
        404,
        'wallet_not_found',
        { walletId: nobody, pointer: '/commands/2' },
      ]);
      expect((await service.get(`/v1/wallets/${a}`)).status).toBe(404);
      await service.post('/v1/wallets', { walletId: nobody });
      expect((await all(commands, { key })).json.code).toBe('wallet_not_found'); // as it was answered first
      expect((await all(commands)).status).toBe(201);
    });

    it('gives the same answer again, and one of two same batches books', async () => {
      const [a, b] = ids('a', 'b') as [string, string];
      await all([open(a), deposit(a, '100.00'), open(b)]);
      const commands = Array.from({ length: 100 }, (_, i) => (i % 3 ? transfer(a, b, '1.00') : deposit(a, '1.00')));
      const key = randomUUID();
      const answers = await Promise.all([1, 2, 3].map(() => all(commands, { key })));
      for (const { json } of answers) expect(json).toEqual(answers[0]!.json);
      const again = await all(commands, { key });
      expect([again.status, again.json]).toEqual([200, answers[0]!.json]);
      expect([await posted(a), await posted(b)]).toEqual(['68.00', '66.00']);
    });

    it('reverses movements, each on what the one before it left of them', async () => {
      const [a] = ids('a') as [string];
      await all([open(a), deposit(a, '10.00')]);
      const { movementId } = (await service.post(`/v1/wallets/${a}/withdrawals`, eur('9.00'))).json;
      const reverse = (amount: string) => ({ type: 'reverseMovement', walletId: a, movementId, ...eur(amount) });
      const above = await all([reverse('5.00'), reverse('5.00')]);
      expect([above.json.code, above.json.details.left, above.json.details.pointer]).toEqual([
        'reversal_above_movement',
        eur('4.00'),
        '/commands/1',
      ]);
      expect((await all([reverse('5.00'), reverse('4.00')])).status).toBe(201);
      expect(await posted(a)).toBe('10.00');
    });

    it('says in a dry run what would be answered, and writes nothing', async () => {
      const [a] = ids('a') as [string];
      const commands = [open(a), deposit(a, '5.00'), withdraw(a, '3.00')];
      const before = await service.counts();
      const dry = await all(commands, { key: 'dry', dryRun: true });
      const refused = await all([...commands, withdraw(a, '3.00')], { dryRun: true });
      expect([dry.status, refused.status, refused.json.details.pointer]).toEqual([200, 422, '/commands/3']);
      expect(await service.counts()).toEqual(before);
      const { json } = await all(commands, { key: 'dry' });
      expect({ ...dry.json, position: '', results: statuses(dry) }).toEqual({
        ...json,
        position: '',
        results: [200, 200, 200],
      });
    });

    it('loses nothing while others write the same wallets', async () => {
      const [a, b] = ids('a', 'b') as [string, string];
      await all([open(a), deposit(a, '50.00'), open(b), deposit(b, '50.00')]);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          i % 2
            ? all([transfer(a, b, '2.00'), deposit(b, '1.00')])
            : each([transfer(b, a, '2.00'), withdraw(a, '1.00')]),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
      expect([await posted(a), await posted(b)]).toEqual(['40.00', '60.00']);
    });
  });

  describe('bad input', () => {
    it('names the command and the field, and books nothing, whatever the others are', async () => {
      const [a] = ids('a') as [string];
      await each([open(a)]);
      const before = await service.counts();
      const good = deposit(a, '1.00');
      const bad: readonly (readonly [object, string, code?: string])[] = [
        [deposit(a, '1,00'), 'commands.1.amount', 'malformed_amount'],
        [{ ...good, currency: 'XXX' }, 'commands.1.currency', 'unknown_currency'],
        [{ ...good, walletId: '/' }, 'commands.1.walletId'],
        [{ type: 'deposit', ...eur('1.00') }, 'commands.1.walletId'],
        [{ ...good, more: 1 }, 'commands.1.more'],
        [{ ...good, type: 'Deposit' }, 'commands.1.type'],
        [{ ...good, type: 'expireHold' }, 'commands.1.type'],
        [{ walletId: a }, 'commands.1.type'],
        [{ ...good, expectedVersion: 0 }, 'commands.1.expectedVersion'],
        [
          { ...good, availableAtLeast: { amount: '1', currency: 'XXX' } },
          'commands.1.availableAtLeast.currency',
          'unknown_currency',
        ],
        [{ ...good, source: 'nobody-defined' }, 'commands.1.source', 'unknown_account'],
        [{ ...open('x'), homeRegion: 'nowhere' }, 'commands.1.homeRegion', 'unknown_region'],
        [{ type: 'transfer', from: a, ...eur('1.00') }, 'commands.1.to'],
        [
          { type: 'transfer', legs: [{ from: a, to: 'b', amount: '1', currency: 'XXX' }] },
          'commands.1.legs.0.currency',
          'unknown_currency',
        ],
        [null as unknown as object, 'commands.1'],
        [[] as object, 'commands.1'],
      ];
      for (const atomic of [true, false]) {
        for (const [command, path, code = 'invalid_request'] of bad) {
          const { status, json } = await batch(atomic, [good, command]);
          expect([status, json.code, json.errors[0].path], JSON.stringify(command)).toEqual([400, code, path]);
        }
      }
      expect(await service.counts()).toEqual(before);
    });

    it('takes one to a hundred commands, and says how they are to be executed', async () => {
      const [a] = ids('a') as [string];
      for (const body of [
        { atomic: true, commands: [] },
        { atomic: true },
        { commands: [open(a)] },
        { atomic: 'true', commands: [open(a)] },
        { atomic: false, commands: Array(101).fill(open(a)) },
        { atomic: false, commands: open(a) },
        { atomic: false, commands: [open(a)], mode: 'each' },
        [open(a)],
      ]) {
        const { status, json } = await service.post('/v1/batches', body);
        expect([status, json.code], JSON.stringify(body).slice(0, 80)).toEqual([400, 'invalid_request']);
      }
      const large = { atomic: false, commands: Array(100).fill({ ...deposit(a, '1'), description: 'x'.repeat(700) }) };
      expect((await service.post('/v1/batches', large)).json.code).toBe('body_too_large');
      const ifMatch = await each([open(a)], { headers: { 'if-match': '"1"' } });
      expect(ifMatch.json.code).toBe('if_match_unsupported');
      expect((await service.get(`/v1/wallets/${a}`)).status).toBe(404);
    });

    it('refuses a move in an atomic batch, and takes it on its own', async () => {
      const [a] = ids('a') as [string];
      const { homeRegion } = (await service.post('/v1/wallets', { walletId: a })).json;
      const move = { type: 'rehome', walletId: a, homeRegion };
      const { status, json } = await all([deposit(a, '1.00'), move]);
      expect([status, json.errors]).toEqual([
        400,
        [
          {
            place: 'body',
            path: 'commands.1.type',
            message: expect.stringMatching(/^must not be rehome in an atomic batch/),
          },
        ],
      ]);
      expect(statuses(await each([deposit(a, '1.00'), move]))[0]).toBe(201);
    });
  });

  it('leaves a log in which doctor finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    const { findings } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
  });
});
