import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsOf, send } from './page-examples.js';
import { RunningService, type Answer } from './running-service.js';

const examples = requestsOf('reading.md');

/** The answer in the form of the page: the status, the path of a field, and its value. For CSV: the number of lines. */
function shown({ status, headers, text, json }: Answer, expected: string): string {
  const [, field = ''] = expected.split(' ');
  if (field === '') return String(status);
  if (field === 'lines') return `${status} lines ${text.trimEnd().split('\r\n').length}`;
  if (json === undefined) return `${status} ${headers.get('content-type')}`;
  const value = field.split('.').reduce((at, name) => at?.[name], json);
  return `${status} ${field} ${value}`;
}

describe.each(engines)('docs/reading.md on $engine', (engine) => {
  let service: RunningService;
  beforeAll(async () => (service = await RunningService.start(engine, { worker: true })));
  afterAll(() => service?.close());

  it('shows the answer of each of its requests, in order', async () => {
    expect(examples.length).toBeGreaterThan(22);
    let position = '';
    for (const example of examples) {
      const { path, key, expected } = example;
      if (key !== undefined) {
        const answer = await send(service, example);
        expect(shown(answer, expected), `${key}: ${answer.text}`).toBe(expected);
        ({ position } = answer.json);
        continue;
      }
      // The page has no `minPosition`: a person who types is slow enough for the worker.
      for (const list of ['wallets', 'wallets/dora/statement', 'journal', 'trial-balance', 'daily-totals']) {
        await service.get(`/v1/${list}?minPosition=${position}`);
      }
      const answer = await send(service, example);
      expect(shown(answer, expected), `${path}: ${answer.text}`).toBe(expected);
    }
  });
});
