import { AMOUNT_PATTERN, CURRENCY_CODE_PATTERN } from '@tidemark/money';
import { z } from 'zod';
import { isTimeZone } from '../limits/window.js';
import { instantOf, startOfDay, YEARS } from './instant-of.js';

// What a text from outside may be. HTTP, the command line and imports read their input by these schemas.

/** Short enough for every key and index, and safe in a path, a log line and a file name. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const REFERENCE_CHARACTERS_MAX = 200;
const DESCRIPTION_CHARACTERS_MAX = 500;
export const REASON_CHARACTERS_MAX = 200;
/** Metadata is for finding a wallet again, not for keeping documents in it. */
export const METADATA_PAIRS_MAX = 50;
const METADATA_KEY_CHARACTERS_MAX = 40;
const METADATA_VALUE_CHARACTERS_MAX = 500;

export const walletIdText = z
  .string()
  .regex(ID, 'must have 1 to 64 characters of A–Z a–z 0–9 . _ : - and begin with a letter or digit')
  .meta({ id: 'WalletId', description: 'Chosen by whoever opens the wallet, or derived.', examples: ['alice'] });

/** Lower case, so that no two names differ by nothing else. `world` is the outside without a name. */
const OUTSIDE_ACCOUNT_NAME = /^(?!world$)[a-z0-9][a-z0-9._-]{0,39}$/;

/** The longest name. Each pending movement keeps one, so it is part of the bound of a wallet's state. */
export const OUTSIDE_ACCOUNT_CHARACTERS_MAX = 40;

export const outsideAccountName = z
  .string()
  .regex(
    OUTSIDE_ACCOUNT_NAME,
    'must have 1 to 40 characters of a–z 0–9 . _ -, begin with a letter or digit, and not be world',
  )
  .meta({
    id: 'OutsideAccountName',
    description: 'A name of an account of the outside, as `POST /v1/accounts` defined it.',
    examples: ['bank-a'],
  });
/** Lower case, so that no two names differ by nothing else. */
const FEE_SCHEDULE_NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/;

export const feeScheduleName = z
  .string()
  .regex(FEE_SCHEDULE_NAME, 'must have 1 to 40 characters of a–z 0–9 . _ - and begin with a letter or digit')
  .meta({ id: 'FeeScheduleName', description: 'As `POST /v1/fees` defined it.', examples: ['card'] });

/** A key or an id of the caller's own. It is used in headers and indexes. */
export function visibleAscii(charactersMax: number): RegExp {
  return new RegExp(`^[\\x21-\\x7e]{1,${charactersMax}}$`);
}

/** As long as other payment services allow: the key is stored with every outcome. */
export const IDEMPOTENCY_KEY = visibleAscii(255);

/** Amounts are the field that callers most often send as another type. */
function stringOr(issue: z.core.$ZodRawIssue, example: string): string {
  return issue.input === undefined ? 'is missing' : `must be a string, ${example}`;
}

/** Text that people read: no control characters (a log or a terminal would obey them), no halves of characters. */
export function textOf(charactersMax: number) {
  return z
    .string()
    .max(charactersMax, `must have at most ${charactersMax} characters`)
    .regex(NO_CONTROL_CHARACTERS, 'must not have control characters')
    .refine((value) => value.isWellFormed(), 'must not have half of a character (a lone surrogate)');
}

export const amountText = z.string({ error: (issue) => stringOr(issue, 'such as "10.00"') }).meta({
  id: 'Amount',
  pattern: AMOUNT_PATTERN,
  description: 'Digits, at most as many behind the point as the currency has.',
  examples: ['10.00'],
});

export const currencyCode = z.string({ error: (issue) => stringOr(issue, 'such as "EUR"') }).meta({
  id: 'CurrencyCode',
  pattern: CURRENCY_CODE_PATTERN,
  description: 'ISO 4217, or an asset of this installation.',
  examples: ['EUR'],
});

export const instantText = z
  .string()
  .meta({
    description: `RFC 3339 with an offset, ${YEARS}. Kept in UTC, to the millisecond.`,
    format: 'date-time',
    example: '2026-01-31T12:00:00+01:00',
  })
  .transform((value, context) => {
    const instant = instantOf(value);
    if (instant !== undefined) return instant;
    context.addIssue({
      code: 'custom',
      message: `must be an RFC 3339 time with an offset, ${YEARS}`,
      input: value,
    });
    return z.NEVER;
  });

const LIMIT_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const COUNT_MAX = 1_000_000_000;

export const CLASS_CHARACTERS_MAX = 40;

export const classText = z
  .string()
  .regex(
    new RegExp(`^[a-z0-9][a-z0-9_-]{0,${CLASS_CHARACTERS_MAX - 1}}$`),
    `must have 1 to ${CLASS_CHARACTERS_MAX} characters of a–z 0–9 _ - and begin with a letter or digit`,
  )
  .meta({ description: 'What the wallet is for, in your own words. It cannot be changed.', example: 'customer' });

export const limitNameText = z
  .string()
  .regex(LIMIT_NAME, 'must have 1 to 40 characters of a–z 0–9 - and begin with a letter or digit')
  .meta({ description: 'Chosen by the caller.', example: 'daily-out' });

export const timeZoneText = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Prague')
  .meta({ description: 'A time zone of the IANA database.', example: 'Europe/Prague' });

export const countNumber = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(COUNT_MAX, `must be at most ${COUNT_MAX}`)
  .meta({ description: 'How many movements.', example: 5 });

/** A day in UTC. */
export const dayText = z
  .string()
  .refine((value) => startOfDay(value) !== undefined, `must be a day such as 2026-01-31, ${YEARS}`)
  .meta({ format: 'date', example: '2026-01-31' });

export const detailsShape = {
  reference: textOf(REFERENCE_CHARACTERS_MAX)
    .optional()
    .meta({ description: 'A reference of the caller’s own.', example: 'INV-2026-0042' }),
  description: textOf(DESCRIPTION_CHARACTERS_MAX)
    .optional()
    .meta({ description: 'What people read on the statement.', example: 'Lunch' }),
  effectiveAt: instantText.optional().meta({ description: "The business's own date." }),
};

export const metadataKey = textOf(METADATA_KEY_CHARACTERS_MAX).min(1, 'must not have an empty key');
export const metadataValue = textOf(METADATA_VALUE_CHARACTERS_MAX);

export const metadataPairs = z
  .record(metadataKey, metadataValue)
  .refine((pairs) => Object.keys(pairs).length <= METADATA_PAIRS_MAX, `must have at most ${METADATA_PAIRS_MAX} pairs`)
  .meta({
    id: 'Metadata',
    maxProperties: METADATA_PAIRS_MAX,
    description: 'Pairs of strings.',
    example: { customer: 'c-17' },
  });

export const regionName = z
  .string()
  .min(1, 'must be the name of a region')
  .max(64)
  .meta({ description: 'A region of this installation.', example: 'eu-east' });

/** An id that this service derived: a prefix of its kind and 26 characters. */
export const idText = z
  .string()
  .regex(/^[a-z]{1,8}_[0-9a-z]{1,64}$/, 'must be an id as an earlier answer gave it, such as hd_…')
  .meta({ description: 'As an earlier answer gave it.', example: 'hd_5w2b0c7d9e1f3g5h7j9k1m3n5p' });

export const metadataChanges = z
  .record(metadataKey, metadataValue.nullable())
  .refine((pairs) => Object.keys(pairs).length >= 1, 'must have at least one pair')
  .refine(
    (pairs) => Object.keys(pairs).length <= METADATA_PAIRS_MAX * 2,
    `must have at most ${METADATA_PAIRS_MAX * 2} pairs`,
  )
  .meta({
    id: 'MetadataChanges',
    description: 'New values by key; null removes the key (RFC 7396).',
    example: { tier: 'gold', note: null },
  });
