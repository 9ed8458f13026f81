import { readFile } from 'node:fs/promises';
import { plainReason } from '@tidemark/observability';
import { METADATA_PAIRS_MAX, metadataKey } from '@tidemark/wallet';
import { z } from 'zod';
import { FileRefused } from '../file-refused.js';

/** Two are left for the opening date and the home region that the file declares. */
const PAIRS_MAX = METADATA_PAIRS_MAX - 2;

/**
 * How a CSV file describes wallets and movements; docs/import.md explains every field. A plain string names a column of
 * the file, `{"value": …}` is a constant, and `reference` and `description` are texts with `{column}` in them.
 */
const column = z.string().min(1);
const columnOrConstant = z.union([column, z.strictObject({ value: z.string().min(1) })]);
const template = z.string().min(1);

const values = z.array(z.string()).min(1);

const amount = z.union([
  z.strictObject({ column, kind: z.strictObject({ column, credit: values, debit: values }) }),
  z.strictObject({ signed: column }),
  z.strictObject({ credit: column, debit: column }),
]);

const movements = z.strictObject({
  id: column,
  wallet: column,
  amount,
  currency: columnOrConstant,
  effectiveAt: column.optional(),
  reference: template.optional(),
  description: template.optional(),
  overdraft: z.strictObject({ column, unlimited: values }).optional(),
  balance: column.optional(),
});

const wallets = z.strictObject({
  id: column,
  homeRegion: columnOrConstant.optional(),
  openedOn: column.optional(),
  metadata: z
    .record(metadataKey, column)
    .refine((pairs) => Object.keys(pairs).length <= PAIRS_MAX, `at most ${PAIRS_MAX} pairs`)
    .default({}),
});

/** Part of every idempotency key, so it has their alphabet and leaves room for the movement's id. */
const source = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ".", "_" and "-", at most 64');

const mapping = z
  .strictObject({
    source,
    delimiter: z.enum([',', ';', '\t', '|']).default(','),
    decimalMark: z.enum(['.', ',']).default('.'),
    walletPrefix: z.string().max(32).default(''),
    openWallets: z.boolean().default(false),
    movements,
    wallets: wallets.optional(),
  })
  .superRefine(({ movements: { amount: of } }, context) => {
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
export type ColumnOrConstant = z.infer<typeof columnOrConstant>;

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
