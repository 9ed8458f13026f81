import { z } from 'zod';
import { instantOf } from '@tidemark/wallet';

/** Short enough for every key and index, and safe in a path, a log line and a file name. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

const REFERENCE_CHARACTERS_MAX = 200;
const DESCRIPTION_CHARACTERS_MAX = 500;
/** Metadata is for finding a wallet again, not for keeping documents in it. */
const METADATA_PAIRS_MAX = 50;
const METADATA_KEY_CHARACTERS_MAX = 40;
const METADATA_VALUE_CHARACTERS_MAX = 500;

export const walletId = z
  .string()
  .regex(ID, 'a wallet id has 1 to 64 characters A–Z a–z 0–9 . _ : - and begins with a letter or digit')
  .meta({ description: 'Chosen by whoever opens the wallet, or derived.', example: 'alice' });

/** Text that people read: no control characters (a log or a terminal would obey them), no halves of characters. */
function text(charactersMax: number) {
  return z
    .string()
    .max(charactersMax, `at most ${charactersMax} characters`)
    .refine((value) => !CONTROL_CHARACTERS.test(value), 'control characters are not allowed')
    .refine((value) => value.isWellFormed(), 'a lone surrogate is not a character');
}

export const amount = z
  .string('an amount is a string, such as "10.00"')
  .meta({ description: 'Digits, at most as many behind the point as the currency has.', example: '10.00' });

export const currencyCode = z
  .string('a currency is a code, such as "EUR"')
  .meta({ description: 'ISO 4217, or an asset of this installation.', example: 'EUR' });

const effectiveAt = z
  .string()
  .meta({
    description:
      "The business's own date: RFC 3339 with an offset, years 1900 to 2200. Kept in UTC, to the millisecond.",
    format: 'date-time',
    example: '2026-01-31T12:00:00+01:00',
  })
  .transform((value, context) => {
    const instant = instantOf(value);
    if (instant !== undefined) return instant;
    context.addIssue({ code: 'custom', message: 'an RFC 3339 time with an offset, years 1900 to 2200', input: value });
    return z.NEVER;
  });

export const details = {
  reference: text(REFERENCE_CHARACTERS_MAX)
    .optional()
    .meta({ description: 'A reference of the caller’s own.', example: 'INV-2026-0042' }),
  description: text(DESCRIPTION_CHARACTERS_MAX)
    .optional()
    .meta({ description: 'What people read on the statement.', example: 'Lunch' }),
  effectiveAt: effectiveAt.optional(),
};

export const metadata = z
  .record(
    text(METADATA_KEY_CHARACTERS_MAX).min(1, 'a key has at least one character'),
    text(METADATA_VALUE_CHARACTERS_MAX),
  )
  .refine((pairs) => Object.keys(pairs).length <= METADATA_PAIRS_MAX, `at most ${METADATA_PAIRS_MAX} pairs`)
  .meta({ description: 'Pairs of strings.', example: { customer: 'c-17' } });
