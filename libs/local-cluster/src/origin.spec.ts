import { describe, expect, it } from 'vitest';
import { originOf } from './origin.js';

const ADVERTISED = new Map([
  ['eu-west', '127.0.0.1:26317'],
  ['eu-east', '127.0.0.1:26337'],
] as const);

describe('originOf', () => {
  it.each([
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', undefined],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\x01\x0f127.0.0.1:26337*region', 'eu-east'],
    ['127.0.0.1:26317', 'eu-west'],
    ['127.0.0.1:26327', undefined],
  ])('%j comes from %s', (head, region) => {
    expect(originOf(Buffer.from(head, 'latin1'), ADVERTISED)).toBe(region);
  });
});
