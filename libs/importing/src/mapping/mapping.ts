import { readFile } from 'node:fs/promises';
import { plainReason } from '@tidemark/observability';
import { METADATA_PAIRS_MAX, metadataKey, walletIdText } from '@tidemark/wallet';
import { z } from 'zod';
import { FileRefused } from '../file-refused.js';
import { isEncoding } from '../files/encoding.js';
import { isZone } from './zones.js';

/** Two are left for the opening date and the home region that the file declares. */
const PAIRS_MAX = METADATA_PAIRS_MAX - 2;

/**
 * How a file describes wallets and movements; docs/import.md explains every field. A plain string names a column of the file, or is
 * a text with `{column}` in it. `{"value": …}` is a constant.
 */
const column = z.string().min(1);
const text = z.string().min(1);
const textOrConstant = z.union([text, z.strictObject({ value: z.string().min(1) })]);

const values = z.array(z.string()).min(1);

const amount = z.union([
  z.strictObject({ column, kind: z.strictObject({ column, credit: values, debit: values }) }),
  z.strictObject({ signed: column, opposite: z.boolean().optional() }),
  z.strictObject({ credit: column, debit: column, debitSign: z.enum(['plus', 'minus']).optional() }),
]);

const zone = z.string().refine(isZone, 'must be a time zone such as "Europe/Prague"');
const effectiveAt = z.union([
  text,
  z.strictObject({
    text,
    format: z.union([text.transform((format) => [format]), z.array(text).min(1)]).optional(),
    locale: z.string().min(2).optional(),
    zone: zone.optional(),
  }),
]);

const rows = z.array(z.strictObject({ column, values })).min(1);
const fee = z.strictObject({
  amount: column,
  currency: textOrConstant.optional(),
  sign: z.enum(['plus', 'minus']).optional(),
});
const exchange = z.strictObject({ amount: column, currency: textOrConstant, only: rows.optional() });

const movements = z.strictObject({
  id: text.optional(),
  wallet: textOrConstant,
  amount,
  currency: textOrConstant,
  effectiveAt: effectiveAt.optional(),
  reference: text.optional(),
  description: text.optional(),
  overdraft: z.strictObject({ column, unlimited: values }).optional(),
  balance: column.optional(),
  only: rows.optional(),
  skip: rows.optional(),
  fee: fee.optional(),
  exchange: exchange.optional(),
});

const wallets = z.strictObject({
  id: text,
  homeRegion: textOrConstant.optional(),
  openedOn: column.optional(),
  metadata: z
    .record(metadataKey, column)
    .refine((pairs) => Object.keys(pairs).length <= PAIRS_MAX, `at most ${PAIRS_MAX} pairs`)
    .default({}),
});

/** Part of every idempotency key, so it has their alphabet and leaves room for the movement's id. */
const source = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ".", "_" and "-", at most 64');

const ROWS_AROUND_MAX = 1_000;

const mapping = z
  .strictObject({
    source,
    encoding: z
      .string()
      .refine(isEncoding, 'is not an encoding such as "utf-8", "windows-1250" or "latin1"')
      .optional(),
    delimiter: z.enum([',', ';', '\t', '|']).optional(),
    quote: z.enum(['"', "'", 'none']).optional(),
    header: z.boolean().default(true),
    preamble: z.int().min(0).max(ROWS_AROUND_MAX).optional(),
    footer: z.int().min(0).max(ROWS_AROUND_MAX).default(0),
    order: z.enum(['oldest first', 'newest first', 'as it is']).optional(),
    decimalMark: z.enum(['.', ',']).optional(),
    groupingMark: z.enum(['.', ',', ' ', "'", 'none']).optional(),
    walletPrefix: z.string().max(32).default(''),
    walletIds: z.enum(['as they are', 'escaped']).default('as they are'),
    accounts: z.record(z.string(), walletIdText).optional(),
    currencyCodes: z.record(z.string(), z.string().min(1)).optional(),
    openWallets: z.boolean().default(false),
    movements,
    wallets: wallets.optional(),
  })
  .superRefine(({ movements: { amount: of }, decimalMark, groupingMark }, context) => {
    if (decimalMark !== undefined && decimalMark === groupingMark) {
      context.addIssue({ code: 'custom', path: ['groupingMark'], message: 'is the decimal mark' });
    }
    if (!('kind' in of)) return;
    const both = of.kind.credit.find((value) => of.kind.debit.includes(value));
    if (both !== undefined) {
      const path = ['movements', 'amount', 'kind'];
      context.addIssue({ code: 'custom', path, message: `"${both}" is both credit and debit` });
    }
  });

export type Mapping = z.infer<typeof mapping>;
export type MovementColumns = Mapping['movements'];
export type WalletColumns = NonNullable<Mapping['wallets']>;
export type TextOrConstant = z.infer<typeof textOrConstant>;
export type EffectiveAtColumns = NonNullable<MovementColumns['effectiveAt']>;
export type RowValues = z.infer<typeof rows>;

/**
 * Reads a mapping.
 *
 * @param text JSON
 * @throws FileRefused one line that names the field
 */
export function parseMapping(text: string): Mapping {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new FileRefused(`not JSON: ${(error as Error).message}`);
  }
  const parsed = mapping.safeParse(json, { error: plainReason });
  if (parsed.success) return parsed.data;
  throw new FileRefused(describe(parsed.error.issues[0]!, []));
}

/** @throws FileRefused one line that names the file and the field */
export async function readMapping(path: string): Promise<Mapping> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FileRefused(`${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  try {
    return parseMapping(text);
  } catch (error) {
    throw error instanceof FileRefused ? new FileRefused(`${path}: ${error.message}`) : error;
  }
}

function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') return describe(closestTo(issue), path);
  const at = path.length === 0 ? '' : `${path.join('.')}: `;
  if (issue.code === 'unrecognized_keys') return `${at}unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  return `${at}${issue.message}`;
}

/** Of the forms that a field may have, the first complaint of the one that it fits best. */
function closestTo(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue {
  const general: z.core.$ZodIssue = {
    code: 'custom',
    path: [],
    message: 'has none of the forms it may have',
    input: issue.input,
  };
  const [closest] = issue.errors
    .filter(notAnotherType)
    .sort((a, b) => strangers(a) - strangers(b) || a.length - b.length);
  return closest?.[0] ?? general;
}

function notAnotherType(issues: readonly z.core.$ZodIssue[]): boolean {
  return !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
}

function strangers(issues: readonly z.core.$ZodIssue[]): number {
  return issues.filter(({ code, path }) => code === 'unrecognized_keys' && path.length === 0).length;
}
