import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, withoutRedaction } from './logger.js';

function logging(level: 'info' | 'warn' = 'info') {
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk: Buffer, _, done) => (lines.push(chunk.toString()), done()) });
  return { lines, logger: createLogger({ level, name: 'api', destination }) };
}

describe('the logger', () => {
  it('writes one JSON object a line, with the time in ISO 8601', () => {
    const { lines, logger } = logging();
    logger.info({ wallet: 'w' }, 'hello\nthere');
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0]!);
    expect(line).toMatchObject({ level: 'info', name: 'api', wallet: 'w', msg: 'hello\nthere' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  it('has standard output as its destination', () => {
    expect(createLogger({ level: 'silent' }).level).toBe('silent');
  });

  it('writes what is loud enough', () => {
    const { lines, logger } = logging('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['loud']);
  });

  it.each([
    { authorization: 'hidden' },
    { idempotencyKey: 'hidden' },
    { command: { idempotencyKey: 'hidden' } },
    { headers: { authorization: 'hidden', 'idempotency-key': 'hidden' } },
    { req: { headers: { authorization: 'hidden', 'idempotency-key': 'hidden' } } },
    { key: { secret: 'hidden' } },
  ])('keeps secrets to itself: %j', (fields) => {
    const { lines, logger } = logging();
    logger.info(fields);
    expect(lines[0]).not.toContain('hidden');
    expect(lines[0]).toContain('[redacted]');
  });

  it('keeps its form without redaction', () => {
    const { lines, logger } = logging();
    withoutRedaction(logger).info({ status: 200 }, 'request');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', name: 'api', status: 200, msg: 'request' });
  });
});
