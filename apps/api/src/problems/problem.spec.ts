import { readFileSync } from 'node:fs';
import { HttpException } from '@nestjs/common';
import { InvalidCursor, ListsBusy, PositionNotReached, ProjectionBehind, TimeNotReached } from '@tidemark/application';
import { ConnectFailed, ConnectionLost } from '@tidemark/database';
import { IdempotencyKeyReused, LogUnavailable, OutcomeUnknown, QueueFull } from '@tidemark/event-store';
import { MoneyError } from '@tidemark/money';
import { EventFromTheFuture } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { Problem } from './problem.js';
import { problemOf } from './problem-of.js';
import { PROBLEM_TYPES, type ProblemCode } from './problem-types.js';

describe('problems', () => {
  it.each(Object.entries(PROBLEM_TYPES))('%s has a status, a title, a meaning and a remedy', (code, type) => {
    const { status, title, meaning, remedy } = type;
    expect(code).toMatch(/^[a-z][a-z_]*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title.length).toBeGreaterThan(5);
    for (const sentence of [meaning, remedy]) expect(sentence).toMatch(/^[A-Z`].{15,}\.$/);
    expect(new Problem(code as ProblemCode, 'why').toBody('r-1')).toEqual({
      ...{ type: `/problems/${code}`, title, status, detail: 'why', code, requestId: 'r-1' },
    });
  });

  it('are all in the table of docs/errors.md, word for word: paste the rows below there', () => {
    const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const [, table = ''] = /^## What callers see$([^]*?)^## /m.exec(page) ?? [];
    const written = table.split('\n').filter((line) => line.startsWith('| `'));
    const rows = Object.entries(PROBLEM_TYPES).map(
      ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`,
    );
    const found = written.map((line) => line.replaceAll(/ +/g, ' '));
    const missing = rows.filter((row) => !found.includes(row));
    expect(found, `in the order of the codes:\n${missing.join('\n')}\n`).toEqual(rows);
  });

  it('of a passing kind say when to come back', () => {
    const headersOf = (code: ProblemCode) => new Problem(code, 'why').headers;
    expect([headersOf('queue_full'), headersOf('not_found')]).toEqual([{ 'retry-after': '1' }, {}]);
  });
});

describe('problemOf', () => {
  it.each([
    [new IdempotencyKeyReused('m'), 422, 'idempotency_key_reused'],
    [new QueueFull('m'), 503, 'queue_full'],
    [new LogUnavailable('m'), 503, 'log_unavailable'],
    [new OutcomeUnknown('m'), 503, 'outcome_unknown'],
    [new EventFromTheFuture('m'), 503, 'newer_version_needed'],
    [new ProjectionBehind('m'), 503, 'projection_behind'],
    [new ListsBusy('m'), 503, 'lists_busy'],
    [new PositionNotReached('m'), 409, 'position_not_reached'],
    [new TimeNotReached('2026-01-31T12:00:00.000Z', 7), 409, 'time_not_reached'],
    [new InvalidCursor('m'), 400, 'invalid_cursor'],
    [new MoneyError('unknown_currency', 'm'), 400, 'unknown_currency'],
    [new MoneyError('too_many_digits', 'm'), 422, 'too_many_digits'],
    [new ConnectFailed(new Error('ECONNREFUSED')), 503, 'database_unavailable'],
    [new ConnectionLost(new Error('reset')), 503, 'database_unavailable'],
    [Object.assign(new Error('restart'), { code: '40001' }), 503, 'database_unavailable'],
    [new HttpException('m', 404), 404, 'not_found'],
    [new HttpException('m', 415), 415, 'unsupported_media_type'],
    [new HttpException('m', 418), 400, 'bad_request'],
    [Object.assign(new Error('m'), { name: 'FastifyError', statusCode: 413 }), 413, 'body_too_large'],
  ])('%s → %i %s', (error, status, code) => expect(problemOf(error)).toMatchObject({ status, code }));

  it('says when a time is complete', () => {
    expect(problemOf(new TimeNotReached('2026-01-31T12:00:00.000Z', 7))).toMatchObject({
      headers: { 'retry-after': '7' },
      members: { details: { time: '2026-01-31T12:00:00.000Z' } },
    });
  });

  it.each([
    new Error('secret'),
    new TypeError('secret'),
    new HttpException('secret', 500),
    Object.assign(new Error('secret'), { code: '42P01' }),
    'secret',
    undefined,
  ])('%s is a defect', (error) => expect(problemOf(error)).toBeUndefined());
});
