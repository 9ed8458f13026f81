import { readFileSync } from 'node:fs';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsOf, send } from './page-examples.js';
import { RunningService, type Answer } from './running-service.js';

const page = readFileSync(new URL('../../docs/batches.md', import.meta.url), 'utf8');
const examples = requestsOf('batches.md');

/** As the page has it: the status, then that of each command, or the code and the command that was refused. */
function shown({ status, json }: Answer): string {
  if (json.code !== undefined) return `${status} ${json.code} ${json.details.pointer}`;
  return [status, ...json.results.map((result: { status: number }) => result.status)].join(' ');
}

describe.each(engines)('docs/batches.md on $engine', (engine) => {
  let service: RunningService;
  beforeAll(async () => (service = await RunningService.start(engine)));
  afterAll(() => service?.close());

  it('shows what each of its commands answers, in order', async () => {
    expect(examples.length).toBeGreaterThan(3);
    for (const example of examples) {
      const answer = await send(service, example);
      expect(shown(answer), answer.text).toBe(example.expected);
    }
    expect((await service.get('/v1/wallets/kim')).json.balances).toMatchObject([{ posted: '30.00' }]);
  });

  it('names every type of command', async () => {
    const [, listed] = /<!-- types -->([^]*)<!-- end of types -->/.exec(page)!;
    const { json } = await service.get('/openapi.json');
    const types = new Set(JSON.stringify(json.components.schemas).match(/(?<="type":\{"type":"string","const":")\w+/g));
    expect([...listed!.matchAll(/`(\w+)`/g)].map(([, type]) => type).sort()).toEqual([...types].sort());
  });
});
