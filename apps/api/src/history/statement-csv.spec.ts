import { expect, it } from 'vitest';
import { statementCsv } from './statement-csv.js';

const line = {
  version: 2,
  position: '0000000000000000002',
  type: 'FundsWithdrawn',
  movementId: 'mv_1',
  amount: '-5.00',
  currency: 'EUR',
  balanceAfter: '-5.00',
  counterparty: null,
  reference: null,
  description: null,
  effectiveAt: null,
  recordedAt: '2026-01-31T11:00:00.000Z',
  account: 'world:bank-a',
};

const HEADER =
  'version,recordedAt,effectiveAt,type,movementId,amount,currency,balanceAfter,counterparty,reference,description,account';

it('writes a header even without lines', () => expect(statementCsv([])).toBe(`${HEADER}\r\n`));

it.each([
  [null, ''],
  ['Lunch', 'Lunch'],
  ['a, "b"', '"a, ""b"""'],
  ['=1+1', "'=1+1"],
  ['+49 30', "'+49 30"],
  ['-5', "'-5"],
  ['@x', "'@x"],
])('writes the text %j as %s, and leaves amounts alone', (description, written) => {
  expect(statementCsv([{ ...line, description }])).toBe(
    `${HEADER}\r\n2,2026-01-31T11:00:00.000Z,,FundsWithdrawn,mv_1,-5.00,EUR,-5.00,,,${written},world:bank-a\r\n`,
  );
});
