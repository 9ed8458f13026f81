import { setTimeout as sleep } from 'node:timers/promises';
import { examine } from '@tidemark/doctor';
import { engines, freshDatabase } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';
import { examplesOf, expectPrinted, expectShown, type Example } from './page-examples.js';
import { RunningService } from './running-service.js';

/** On CockroachDB an examination reads the log as of 0.25 s ago. */
const SETTLE_MS = 300;

/** A running service knows a new asset one second after it was added, as the page says. */
const KNOWN_MS = 1_100;

const examples = examplesOf('recipes.md');
const recipes = [...Map.groupBy(examples, ({ section }) => section)].map(([recipe, steps]) => ({ recipe, steps }));

/** Of the trial balance. */
interface CurrencyTotals {
  readonly currency: string;
  readonly accounts: readonly { readonly balance: string }[];
}

describe.each(engines)('docs/recipes.md on $engine', (engine) => {
  let service: RunningService;
  let workplace: Workplace;
  beforeAll(async () => {
    const on = await freshDatabase(engine);
    workplace = new Workplace(on.url);
    service = await RunningService.start(engine, { worker: true, on });
  });
  afterAll(async () => {
    await service?.close();
    workplace?.leave();
  });

  /** Runs a command as printed. Every command must show an answer. */
  async function run(example: Example): Promise<void> {
    expect(example.expected + example.output, `no answer below: ${example.command}`).not.toBe('');
    if (example.request) return void (await expectShown(service, example));
    const { code, stdout, stderr } = await workplace.run(...example.args!);
    expect(code, stderr).toBe(0);
    expectPrinted(stdout.trimEnd(), example);
    await sleep(KNOWN_MS);
  }

  it.each(recipes)('$recipe', async ({ steps }) => {
    for (const example of steps) await run(example);
    const last = steps.at(-1)!;
    expect([last.request?.key, last.output], 'a recipe ends with a GET that shows balances').toEqual([
      undefined,
      expect.stringMatching(/"posted":"|"closingBalance":"/),
    ]);
  });

  it('has the recipes of all situations', () => expect(recipes.length).toBe(11));

  it('leaves books that add up to zero in every currency', async () => {
    const { position } = (await service.get('/v1/wallets/ugo')).json; // the wallet of the last recipe
    const { json } = await service.get(`/v1/trial-balance?minPosition=${position}`);
    const sums = json.currencies.map(({ currency, accounts }: CurrencyTotals) => [
      currency,
      accounts.reduce((sum, { balance }) => sum + BigInt(balance.replace('.', '')), 0n),
    ]);
    expect(Object.fromEntries(sums)).toEqual({ EUR: 0n, STARS: 0n });
  });

  it('leaves a log in which doctor finds nothing', async () => {
    if (engine.engine === 'cockroach') await sleep(SETTLE_MS);
    const { signal } = new AbortController();
    const { findings, checked } = await examine(service.database, { signal, progress: () => undefined });
    expect(findings).toEqual([]);
    const opened = examples.filter(({ request, expected }) => request?.path === '/v1/wallets' && expected === '201');
    expect(checked).toMatchObject({ wallets: opened.length });
  });
});
