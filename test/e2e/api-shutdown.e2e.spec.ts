import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@tidemark/testing';
import { describe, expect, it } from 'vitest';
import { RunningService, settled, type Answer } from './running-service.js';

describe.each(engines)('the API on $engine: stopping', (engine) => {
  it('answers every accepted command, and books exactly these', async () => {
    const service = await RunningService.start(engine);
    await service.post('/v1/wallets', { walletId: 'w' });
    let stopping = false;
    const answered = new Set<string>();
    const send = async (client: number) => {
      for (let i = 0; ; i++) {
        const key = `${client}-${i}`;
        const answer = await service
          .post('/v1/wallets/w/deposits', { amount: '1.00', currency: 'EUR' }, { key })
          .catch(() => undefined);
        if (answer?.status === 201) answered.add(key);
        else if (answer === undefined || answer.status === 503) return answer?.json.code;
        else throw new Error(`${answer.status} ${answer.text}`);
        if (stopping) await sleep(1);
      }
    };
    const clients = Array.from({ length: 40 }, (_, client) => send(client));
    await expect.poll(() => answered.size, { timeout: 30_000 }).toBeGreaterThan(40);
    stopping = true;
    await service.api.close();
    const ends = await Promise.all(clients);
    expect(ends.filter((code) => code !== undefined && code !== 'shutting_down')).toEqual([]);
    const { rows } = await service.database.query<{ idempotency_key: string }>(
      `SELECT idempotency_key FROM command_outcomes WHERE wallet_id = 'w' AND result LIKE '%accepted%'`,
    );
    const booked = new Set(rows.map((row) => row.idempotency_key).filter((key) => /^\d+-\d+$/.test(key)));
    expect([...answered].filter((key) => !booked.has(key))).toEqual([]); // answered, so booked
    expect([...booked].filter((key) => !answered.has(key))).toEqual([]); // booked, so answered
    await service.close();
  });

  it('answers clients on keep-alive connections, and closes them with the answer', async () => {
    const service = await RunningService.start(engine);
    await service.post('/v1/wallets', { walletId: 'w' });
    let stopping = false;
    const ask = (agent: Agent) =>
      new Promise<readonly [status: number | undefined, connection: string | undefined]>((done, fail) => {
        request(`${service.api.url}/v1/wallets/w`, { agent }, (response) =>
          response.resume().on('end', () => done([response.statusCode, response.headers.connection])),
        )
          .on('error', fail)
          .end();
      });
    const client = async (pauseMs: number) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (;;) {
        const [status, connection] = await ask(agent);
        if (connection === 'close') return [status, stopping];
        await sleep(pauseMs);
      }
    };
    const clients = Array.from({ length: 16 }, (_, i) => client(10 + i * 30));
    await sleep(600);
    stopping = true;
    const closed = service.api.close();
    expect(await Promise.all(clients)).toEqual(Array.from({ length: 16 }, () => [200, true]));
    await closed;
    await service.close();
  });

  it('is not ready while it stops', async () => {
    const service = await RunningService.start(engine);
    const agent = new Agent({ keepAlive: true });
    const ready = () =>
      new Promise<number | undefined>((done, fail) => {
        request(`${service.api.url}/health/ready`, { agent }, (response) =>
          response.resume().on('end', () => done(response.statusCode)),
        )
          .on('error', fail)
          .end();
      });
    expect(await ready()).toBe(200);
    const closed = service.api.close();
    expect(await ready()).toBe(503);
    await closed;
    await service.close();
  });

  it('does not wait for idle connections, and may be called twice', async () => {
    const service = await RunningService.start(engine);
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((done, fail) => {
      request(`${service.api.url}/health/live`, { agent }, (response) => response.resume().on('end', done))
        .on('error', fail)
        .end();
    });
    const before = performance.now();
    await Promise.all([service.api.close(), service.api.close()]);
    expect(performance.now() - before).toBeLessThan(3_000);
    agent.destroy();
    await service.close();
  });

  it('accepts no connection after it has stopped', async () => {
    const service = await RunningService.start(engine);
    const { url } = service.api;
    await service.api.close();
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    await service.close();
  });
});

describe.each(engines)('the API on $engine: overload', (engine) => {
  it('answers 503 with Retry-After when the queue is full, and the repeat with the same key succeeds', async () => {
    const service = await RunningService.start(engine, { api: { limits: { queueMax: 5 } } });
    await service.post('/v1/wallets', { walletId: 'w' });
    const body = { amount: '1.00', currency: 'EUR' };
    const send = (i: number) => service.post('/v1/wallets/w/deposits', body, { key: `k${i}` });
    const pending: Promise<Answer>[] = [];
    const rollBack = new Error('the row is not to stay');
    const holding = service.database.transaction(async ({ query }) => {
      // The first deposit cannot be written until this row is rolled back, and the other deposits wait for the first.
      await query(
        `INSERT INTO command_outcomes (region, wallet_id, idempotency_key, caller, request_hash, recorded_at, result)
         VALUES ('local', 'w', 'k0', 'anonymous', 'h', now(), '{}')`,
      );
      pending.push(send(0));
      while (!/^tidemark_commands_waiting 1$/m.test((await service.get('/metrics')).text)) await sleep(20);
      pending.push(...Array.from({ length: 99 }, (_, i) => send(i + 1)));
      await settled(pending, 95);
      throw rollBack;
    });
    await expect(holding).rejects.toBe(rollBack);
    const answers = await Promise.all(pending);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBe(95);
    for (const { json, headers } of refused) {
      expect([json.code, headers.get('retry-after')]).toEqual(['queue_full', '1']);
    }
    for (let i = 0; i < answers.length; i++) {
      if (answers[i]!.status === 503) expect((await send(i)).status).toBe(201);
    }
    const { json } = await service.get('/v1/wallets/w');
    expect(json.balances[0].posted).toBe('100.00');
    await service.close();
  });
});
