import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { expectedVersionOf, isUnchanged, requestIdOf } from './request-headers.js';

const withHeaders = (headers: Record<string, string>) => ({ headers }) as unknown as FastifyRequest;

describe('If-Match', () => {
  it.each([
    ['"1"', 1],
    ['"999999999999999"', 999_999_999_999_999],
  ])('%s is version %i', (tag, expectedVersion) => {
    expect(expectedVersionOf(withHeaders({ 'if-match': tag }))).toEqual({ expectedVersion });
  });

  it('may be left out', () => expect(expectedVersionOf(withHeaders({}))).toEqual({}));

  it.each(['', '*', '1', 'W/"1"', '"0"', '"01"', '"1", "2"', '"9999999999999999"'])('%s is refused', (tag) =>
    expect(() => expectedVersionOf(withHeaders({ 'if-match': tag }))).toThrow('one version in quotes'),
  );
});

describe('If-None-Match', () => {
  it.each([
    ['"5"', true],
    ['W/"5"', true],
    ['"4", "5"', true],
    ['*', true],
    ['"4"', false],
    ['5', false],
    ['"55"', false],
  ])('%s at version 5: %s', (tag, unchanged) => {
    expect(isUnchanged(withHeaders({ 'if-none-match': tag }), 5)).toBe(unchanged);
  });

  it('may be left out', () => expect(isUnchanged(withHeaders({}), 5)).toBe(false));
});

describe('X-Request-Id', () => {
  it.each(['a', 'trace-1', '00-4bf92f:3577.b34_d', 'x'.repeat(128)])('%s is taken', (id) =>
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBe(id),
  );

  it.each(['', 'a b', 'a\tb', 'é', '<script>', '"', 'x'.repeat(129)])('%j is replaced', (id) =>
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
  );
});
