import { describe, expect, it } from 'vitest';
import { chooseMediaType } from './accept.js';

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
