import { setTimeout as sleep } from 'node:timers/promises';
import { cuttingProxy, engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture, verdict } from '../integration/log/log-fixture.js';
import { failAppends } from './faults/failing-appends.js';
import { ambiguousProxy } from './servers/ambiguous-proxy.js';

const HOUR_MS = 3_600_000;
const DEADLINE_MS = 800;
/** With full jitter up to 250 ms there are about 15 attempts. Without a pause there are hundreds. */
const ATTEMPTS_MAX = 45;

/** Small cases of defects that the fault suite found: wrong reports to an operator or a caller. */
describe.each(engines)('on $engine', (engine) => {
  let log: LogFixture;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
  });
  afterAll(() => log.close());

  it.each(['grouped', 'optimistic', 'pessimistic'] as const)(
    '%s counts how each ambiguous result ended: committed already, or written again',
    async (strategy) => {
      const walletId = `ends-${strategy}`;
      const proxy = await ambiguousProxy(log.url);
      const store = await log.open({ strategy, database: await log.connectApi(proxy.url) });
      await store.openWallet(walletId);

      if (strategy !== 'pessimistic') {
        proxy.denyNext(1); // in an implicit transaction, the answer to the statement is the answer to the commit
        expect(verdict(await store.deposit(walletId, '1.00'))).toBe('accepted');
        expect(store.ambiguities).toEqual(['had_committed']);
        store.ambiguities.length = 0;
      }
      const stop = await failAppends(log.owner, '40003', 2);
      await store.deposit(walletId, '1.00');
      await store.deposit(walletId, '1.00');
      await stop();
      expect(store.ambiguities).toEqual(['written_again']);
      await proxy.close();
    },
  );

  it.each(['grouped', 'pessimistic'] as const)(
    '%s keeps its deadline when the clock jumps back while the database is unavailable',
    async (strategy) => {
      const proxy = await cuttingProxy(log.url);
      let offsetMs = 0;
      const store = await log.open({
        strategy,
        database: await log.connectApi(proxy.url),
        clock: () => Date.now() + offsetMs,
        limits: { commandDeadlineMs: DEADLINE_MS },
      });
      await store.openWallet(`jumps-${strategy}`);
      proxy.refuse(true);
      proxy.cut();
      const told = store.deposit(`jumps-${strategy}`, '1.00').catch((error: Error) => error.name);
      await sleep(50);
      offsetMs = -HOUR_MS;
      const late = sleep(DEADLINE_MS * 5).then(() => 'nobody told anything');
      const first = await Promise.race([told, late]);
      proxy.refuse(false);
      await told;
      expect(first).toMatch(/^(LogUnavailable|OutcomeUnknown)$/);
      await proxy.close();
    },
  );

  it('pauses, longer each time, while restart errors continue', async () => {
    const store = await log.open({ limits: { commandDeadlineMs: DEADLINE_MS } });
    await store.openWallet('pauses');
    const stop = await failAppends(log.owner, '40001', 1);
    const told = await store.deposit('pauses', '1.00').catch((error: Error) => error.name);
    await stop();
    expect(told).toBe('LogUnavailable');
    expect(store.retries.length).toBeGreaterThan(3);
    expect(store.retries.length).toBeLessThan(ATTEMPTS_MAX);
    expect(verdict(await store.deposit('pauses', '1.00'))).toBe('accepted');
  });
});
