import { setTimeout as sleep } from 'node:timers/promises';
import { examine } from '@tidemark/doctor';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsOf, send } from './page-examples.js';
import { RunningService, type Answer } from './running-service.js';

/** On CockroachDB an examination looks a quarter of a second back. */
const SETTLE_MS = 300;

const examples = requestsOf('fees.md');

/** As the page has it: the status, and the code, the fees or another key of the answer. */
function shown({ status, json }: Answer, expected: string): string {
  const [, more] = expected.split(' ');
  if (json.code !== undefined) return `${status} ${json.code}`;
  if (more === undefined) return String(status);
  const [said] = [json[more]].flat();
  return `${status} ${more} ${typeof said === 'object' ? `${said.amount} ${said.currency}` : said}`;
}

describe.each(engines)('docs/fees.md on $engine', (engine) => {
  let service: RunningService;
  beforeAll(async () => (service = await RunningService.start(engine)));
  afterAll(() => service?.close());

  it('shows what each of its commands answers, in order', async () => {
    expect(examples.length).toBeGreaterThan(12);
    for (const example of examples) {
      const answer = await send(service, example);
      expect(shown(answer, example.expected), `${example.key}: ${answer.text}`).toBe(example.expected);
    }
  });

  it('leaves the balances that the examples add up to', async () => {
    const posted = async (walletId: string) => (await service.get(`/v1/wallets/${walletId}`)).json.balances[0].posted;
    // 200 − 4.05 − 150 − 0.60; 150 − 40 − 0.50, and 10 and its fee back
    expect(await Promise.all(['fay', 'gus', 'fees'].map(posted))).toEqual(['45.35', '109.50', '5.15']);
  });

  it('leaves a log in which doctor finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    const { findings } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
  });
});
