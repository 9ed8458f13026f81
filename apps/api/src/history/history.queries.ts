import { instantText, textOf } from '@tidemark/wallet';
import { z } from 'zod';
import { freshness, isSpan, NO_SPAN, page, waitsOrNot, WAITS_OR_NOT } from '../schemas/queries.js';

const instant = (description: string) => instantText.meta({ description, example: '2026-01-31T12:00:00+01:00' });

/** As `format` names them. */
export const FORMATS = { json: 'application/json', csv: 'text/csv', pdf: 'application/pdf' } as const;

const REFERENCE_CHARACTERS_MAX = 200;
export const reference = textOf(REFERENCE_CHARACTERS_MAX)
  .min(1, 'must not be empty')
  .meta({ description: 'Only movements with exactly this reference.', example: 'INV-2026-0042' });

export const statementQuery = z
  .strictObject({
    ...page,
    ...freshness,
    limit: page.limit.meta({
      description: 'The most that one page may have. Where it is left out, a CSV or a PDF has all of the range.',
    }),
    order: z.enum(['oldest', 'newest']).default('oldest').meta({ description: 'Which line comes first.' }),
    by: z
      .enum(['booking', 'effective'])
      .default('booking')
      .meta({ description: 'The time that `from` and `to` are about, and that orders the lines.' }),
    from: instant('The first instant of the range.').optional(),
    to: instant('The first instant after the range, so that ranges which follow one another share no line.').optional(),
    reference: reference.optional(),
    format: z
      .enum(['json', 'csv', 'pdf'])
      .optional()
      .meta({ description: 'In place of `Accept`. A PDF has all of the range, and takes no `limit` and no `cursor`.' }),
  })
  .refine(isSpan, NO_SPAN)
  .refine(waitsOrNot, WAITS_OR_NOT);

export type StatementQuery = z.infer<typeof statementQuery>;
