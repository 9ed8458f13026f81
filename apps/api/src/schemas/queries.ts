import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '@tidemark/application';
import { type ReadTime } from '@tidemark/application/nest';
import type { Engine } from '@tidemark/database';
import { isPosition, type Position } from '@tidemark/event-store';
import { z } from 'zod';
import { instantOf, walletIdText } from '@tidemark/wallet';
import { inputProblem } from '../problems/input-problem.js';

const VERSION = /^[1-9]\d{0,14}$/;

const readTime = z
  .string()
  .meta({ description: 'A version (`17`), or an RFC 3339 time with an offset, which has passed.', example: '17' })
  .transform((at, context): ReadTime => {
    if (VERSION.test(at)) return { kind: 'version', version: Number(at) };
    const time = instantOf(at);
    if (time !== undefined) return { kind: 'time', time };
    context.addIssue({ code: 'custom', message: 'must be a version, or an RFC 3339 time with an offset', input: at });
    return z.NEVER;
  });

export const walletQuery = z
  .strictObject({
    at: readTime.optional(),
    consistency: z.enum(['fresh', 'eventual']).optional().meta({
      description: '`eventual` answers with what the projection has, without looking at the log.',
    }),
  })
  .refine(({ at, consistency }) => at === undefined || consistency === undefined, {
    path: ['consistency'],
    message: 'must be left out beside "at"',
  });

const NO_LIMIT = `must be a whole number from 1 to ${PAGE_LIMIT_MAX}`;

export const page = {
  limit: z
    .string(NO_LIMIT)
    .regex(/^[1-9]\d{0,2}$/, NO_LIMIT)
    .transform(Number)
    .pipe(z.number().int().min(1).max(PAGE_LIMIT_MAX, NO_LIMIT))
    .default(PAGE_LIMIT_DEFAULT)
    .meta({ description: 'The most that one page may have.' }),
  cursor: z.string().min(1).optional().meta({ description: '`nextCursor` of the page before.' }),
};

const minPosition = z
  .string()
  .optional()
  .meta({
    description:
      'Wait (5 s at most) until the list has seen everything up to this `position` of an earlier answer. Then 503 ' +
      '`projection_behind`, or 409 `position_not_reached` where nothing has been committed at or after it.',
  });

/** @throws Problem `invalid_request` when the text is not a position of this engine */
export function positionOfQuery(engine: Engine, minPosition: string | undefined): Position | undefined {
  if (minPosition === undefined || isPosition(engine, minPosition)) return minPosition;
  throw inputProblem('query', [{ path: 'minPosition', message: 'must be the `position` of an earlier answer' }]);
}

/** What every list from a projection may be asked with. */
export const freshness = {
  minPosition,
  consistency: z
    .enum(['eventual'])
    .optional()
    .meta({
      description:
        '`eventual`: all of the answer is about the moment `readAsOf`, in a database over several regions some 4 s ago, ' +
        'which as a rule costs no way to another region. It waits for nothing, so leave it out beside `minPosition`.',
    }),
};

type Fresh = { readonly minPosition?: string | undefined; readonly consistency?: 'eventual' | undefined };

export function waitsOrNot({ minPosition, consistency }: Fresh): boolean {
  return minPosition === undefined || consistency === undefined;
}
export const WAITS_OR_NOT = {
  path: ['consistency'],
  message: 'must be left out beside "minPosition": an eventual answer does not wait',
};

/** A time range that ends before it begins is an error of the caller. An empty answer would hide it. */
export function isSpan({ from, to }: { from?: string | undefined; to?: string | undefined }): boolean {
  return from === undefined || to === undefined || from <= to;
}
export const NO_SPAN = { path: ['to'], message: 'must not be before "from"' };

export const eventsQuery = z.strictObject(page);
export const commandQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .optional()
    .meta({
      description:
        'Decide only: the same answer and the same rejections, with 200 and `Tidemark-Dry-Run`, and nothing is written. The ' +
        'idempotency key stays unused. `position` is that of the last event that it was decided on.',
    }),
});

export const walletsQuery = z
  .strictObject({
    ...page,
    ...freshness,
    prefix: walletIdText.optional().meta({ description: 'Only wallets whose id begins so.' }),
  })
  .refine(waitsOrNot, WAITS_OR_NOT);

export type WalletQuery = z.infer<typeof walletQuery>;
export type EventsQuery = z.infer<typeof eventsQuery>;
export type WalletsQuery = z.infer<typeof walletsQuery>;
