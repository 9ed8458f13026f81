import { HttpException } from '@nestjs/common';
import {
  InvalidCursor,
  ListsBusy,
  OutsideAccountDiffers,
  PositionNotReached,
  ProjectionBehind,
  StatementTooLong,
  TimeNotReached,
  TooManyOutsideAccounts,
} from '@tidemark/application';
import { classify } from '@tidemark/database';
import { IdempotencyKeyReused, LogUnavailable, OutcomeUnknown, QueueFull } from '@tidemark/event-store';
import { MoneyError } from '@tidemark/money';
import { EventFromTheFuture } from '@tidemark/wallet';
import { inputProblem } from './input-problem.js';
import { Problem } from './problem.js';
import type { ProblemCode } from './problem-types.js';

/** Errors of the libs that a caller can do something about. Their messages are written for callers. */
const KNOWN: readonly (readonly [new (...args: never[]) => Error, ProblemCode])[] = [
  [IdempotencyKeyReused, 'idempotency_key_reused'],
  [QueueFull, 'queue_full'],
  [LogUnavailable, 'log_unavailable'],
  [OutcomeUnknown, 'outcome_unknown'],
  [EventFromTheFuture, 'newer_version_needed'],
  [ProjectionBehind, 'projection_behind'],
  [ListsBusy, 'lists_busy'],
  [PositionNotReached, 'position_not_reached'],
  [OutsideAccountDiffers, 'account_differs'],
  [TooManyOutsideAccounts, 'too_many_accounts'],
  [StatementTooLong, 'statement_too_long'],
];

/** What Nest and Fastify refuse by themselves, by status. */
const BY_STATUS: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  400: ['bad_request', 'the request cannot be read'],
  404: ['not_found', 'no endpoint has this path'],
  408: ['request_timeout', 'the request took too long to arrive'],
  413: ['body_too_large', 'a body may have 64 KiB'],
  414: ['uri_too_long', 'the path, or a part of it, is too long'],
  415: ['unsupported_media_type', 'send the body as application/json in UTF-8'],
};

/** The problem that a caller gets for an error; undefined for a defect, whose message is not for callers. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof MoneyError) return new Problem(error.code, error.message);
  if (error instanceof InvalidCursor) {
    return inputProblem('query', [{ path: 'cursor', message: error.message }], 'invalid_cursor');
  }
  if (error instanceof TimeNotReached) {
    const { message, time, retryAfterSeconds } = error;
    return new Problem(
      'time_not_reached',
      message,
      { details: { time } },
      { 'retry-after': String(retryAfterSeconds) },
    );
  }
  const known = KNOWN.find(([type]) => error instanceof type);
  if (known) return new Problem(known[1], (error as Error).message);
  const status = error instanceof HttpException ? error.getStatus() : statusOfFramework(error);
  if (status !== undefined && status < 500) {
    const [code, detail] = BY_STATUS[status] ?? BY_STATUS[400]!;
    return new Problem(code, detail);
  }
  const { class: meaning } = classify(error, 'read');
  if (meaning === 'unavailable' || meaning === 'lost_race') {
    return new Problem('database_unavailable', 'the database could not answer in time; try again');
  }
  return undefined;
}

function statusOfFramework(error: unknown): number | undefined {
  if (!(error instanceof Error) || error.name !== 'FastifyError') return undefined;
  return (error as { statusCode?: number }).statusCode;
}
