import {
  currencyCode,
  detailsShape,
  instantText,
  outsideAccountName,
  walletIdText as walletId,
} from '@tidemark/wallet';
import { z } from 'zod';
import { answeredAmount, instant, nextCursor, position, standing, version } from '../schemas/answers.js';
import { page } from '../schemas/queries.js';

const description = detailsShape.description
  .unwrap()
  .meta({ description: 'What people read.', example: 'Current account at Bank A' });
const account = z
  .string()
  .meta({ description: 'The account as the journal and the trial balance have it.', example: 'world:bank-a' });

export const defineAccountBody = z
  .strictObject({ name: outsideAccountName, description: description.default('') })
  .meta({ id: 'DefineAccount' });

/** A name in a path: of a named account, or the outside without a name. */
export const accountName = outsideAccountName
  .or(z.literal('world'))
  .meta({ description: 'Of a named account, or `world` for the outside without a name.', example: 'bank-a' });

const accountAnswer = z
  .object({ name: outsideAccountName, account, description: z.string() })
  .meta({ id: 'OutsideAccount' });
export { accountAnswer };
export const accountsAnswer = z
  .object({ accounts: z.array(accountAnswer).readonly() })
  .meta({ id: 'OutsideAccountList' });

const time = (description: string) => instantText.meta({ description, example: '2026-01-31T12:00:00+01:00' });

export const accountStatementQuery = z
  .strictObject({
    ...page,
    currency: currencyCode.meta({ description: 'Of the lines and of the sums.' }),
    from: time('Recorded at or after.').optional(),
    to: time('Recorded before. Without it, and for a time that has not passed: 5 s ago.').optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'must not be before "from"',
  });

const line = z
  .object({
    walletId,
    version,
    position,
    type: z.string().meta({ description: 'Of the event.', example: 'FundsWithdrawn' }),
    movementId: z.string().meta({ description: 'Of the deposit, withdrawal, capture or reversal.' }),
    amount: answeredAmount('As in the journal: positive for what went to the account, negative for what came from it.'),
    balanceAfter: answeredAmount('The sum of all amounts up to this line.'),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    effectiveAt: instant("The business's own date.").nullable(),
    recordedAt: instant('When it was written.'),
  })
  .meta({ id: 'AccountStatementLine' });

export const accountStatementAnswer = z
  .object({
    account,
    currency: currencyCode,
    to: instant('Where the statement ends: everything that was recorded before is in it.'),
    openingBalance: answeredAmount('Before the first line of the page.'),
    closingBalance: answeredAmount('After the last line: the opening balance of the next page.'),
    lines: z.array(line).readonly(),
    nextCursor,
    asOf: standing.asOf,
  })
  .meta({ id: 'AccountStatement' });

export type DefineAccountBody = z.infer<typeof defineAccountBody>;
export type AccountAnswer = z.infer<typeof accountAnswer>;
export type AccountsAnswer = z.infer<typeof accountsAnswer>;
export type AccountStatementQuery = z.infer<typeof accountStatementQuery>;
export type AccountStatementLine = z.infer<typeof line>;
export type AccountStatementAnswer = z.infer<typeof accountStatementAnswer>;
