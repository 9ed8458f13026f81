import { describe, expect, it } from 'vitest';
import { chooseMediaType, requireJson } from './media-types.js';

const OFFERED = ['application/json', 'text/csv'] as const;

describe('chooseMediaType', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['text/*', 'text/csv'],
    ['text/csv;q=0.5, application/json;q=0.4', 'text/csv'],
    ['text/csv;q=0.4, application/json;q=0.5', 'application/json'],
    ['text/html, */*;q=0.1', 'application/json'],
    ['application/json;q=0, */*', 'text/csv'],
    ['TEXT/CSV', 'text/csv'],
  ])('%s → %s', (accept, chosen) => expect(chooseMediaType(accept, OFFERED)).toBe(chosen));

  it.each(['text/html', 'application/xml', '*/*;q=0', 'application/json;q=0', 'nonsense'])('%s → none', (accept) =>
    expect(() => chooseMediaType(accept, OFFERED)).toThrow('application/json or text/csv'),
  );
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json ; charset=utf8 ;',
    'application/json; profile=x',
  ])('%s is JSON in UTF-8', (header) => expect(() => requireJson(header)).not.toThrow());

  it.each([undefined, '', 'json', 'application/jsonp', 'application/json; charset=latin1', 'text/json'])(
    '%s is not',
    (header) => expect(() => requireJson(header)).toThrow('send the body as application/json in UTF-8'),
  );

  it.each([' ', ';', '; ', ';a', ';a=', ';a="', '"\\', '\t;charset=utf-8'])(
    'takes linear time to read: 500 KB of %j in less than 2 s, where quadratic time is more than a minute',
    (part) => {
      const header = `application/json; charset=utf-8${part.repeat(500_000 / part.length)}x`;
      const before = performance.now();
      try {
        requireJson(header);
      } catch {
        // either answer is fine here
      }
      expect(performance.now() - before).toBeLessThan(2_000);
    },
  );
});
