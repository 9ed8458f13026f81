import { describe, expect, it } from 'vitest';
import { Problem } from '../problems/problem.js';
import { JSON_DEPTH_MAX, readJson } from './json-body.js';

const read = (text: string) => readJson(Buffer.from(text));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('readJson', () => {
  it.each([
    '{}',
    '[]',
    'null',
    '"a:b"',
    '{"a":{"b":[{"a":1},{"a":2}]},"b":1}',
    '{"a":"\\"b\\":1","c":"\\\\"}',
    '{"a\\":":"b","a":":"}',
    '{"constructor":1,"prototype":2,"a":"__proto__"}',
    '{"ä":"€","\\u0061":"𝄞"}',
    nested(JSON_DEPTH_MAX),
    `"${'['.repeat(100)}"`,
  ])('reads %s', (text) => expect(read(text)).toEqual(JSON.parse(text)));

  it.each([
    ['', 'JSON'],
    ['{', 'JSON'],
    ['"', 'JSON'],
    ['"\\', 'JSON'],
    ['{"a":1}{"b":1}', 'JSON'],
    ['\ufeff{}', 'JSON'],
    ['{"a":1,"a":1}', 'twice'],
    ['{"a":1,"\\u0061":2}', 'twice'],
    ['[{"b":{"a":1,"a":2}}]', 'twice'],
    ['{"__proto__":1}', '__proto__'],
    ['{"a":[{"\\u005f_proto__":{}}]}', '__proto__'],
    [nested(JSON_DEPTH_MAX + 1), 'deeper'],
    ['{"a":'.repeat(20_000), 'deeper'],
  ])('refuses %.60s', (text, reason) => {
    expect(() => read(text)).toThrow(Problem);
    expect(() => read(text)).toThrow(reason);
  });

  it('refuses what is not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
    ]) {
      expect(() => readJson(Buffer.from(bytes))).toThrow('UTF-8');
    }
  });
});
