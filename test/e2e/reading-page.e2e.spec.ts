import { readFileSync } from 'node:fs';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService, type Answer } from './running-service.js';

/** A request of docs/reading.md, and the line below it. */
interface Example {
  readonly path: string;
  readonly accept?: string;
  readonly key?: string;
  readonly body?: string;
  readonly expected: string;
}

const EXAMPLE =
  /^curl -s '?localhost:3000(?<path>[^\s']+)'?(?: -H 'Accept: (?<accept>\S+)')?(?: -H "\$JSON" -H 'Idempotency-Key: (?<key>\S+)' -d '(?<body>.*)')?\n# (?<expected>.*)$/gm;

const page = readFileSync(new URL('../../docs/reading.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(EXAMPLE)].map(({ groups }) => groups as unknown as Example);

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

  it('has no request that this test cannot read', () => {
    expect(examples.length).toBe(page.match(/^curl /gm)!.length);
    expect(examples.length).toBeGreaterThan(22);
  });

  it('shows the answer of each of its requests, in order', async () => {
    let position = '';
    for (const { path, accept, key, body, expected } of examples) {
      if (key !== undefined && body !== undefined) {
        const answer = await service.post(path, JSON.parse(body), { key });
        expect(shown(answer, expected), `${key}: ${answer.text}`).toBe(expected);
        ({ position } = answer.json);
        continue;
      }
      // The page has no `minPosition`: a person who types is slow enough for the worker.
      for (const list of ['wallets', 'wallets/dora/statement', 'journal', 'trial-balance', 'daily-totals']) {
        await service.get(`/v1/${list}?minPosition=${position}`);
      }
      const answer = await service.get(path, accept === undefined ? {} : { accept });
      expect(shown(answer, expected), `${path}: ${answer.text}`).toBe(expected);
    }
  });
});
