import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileRefused } from '../file-refused.js';
import { readFile, type ReadFile } from '../read-file.fixture.js';

const movements = {
  wallet: 'account',
  amount: { signed: 'amount' },
  currency: { value: 'EUR' },
  effectiveAt: 'date',
};
const HEADER = 'date,account,amount,text,balance\n';

/** Rows over some days in order, many of them equal. */
const rows = fc
  .array(
    fc.record({
      day: fc.nat(3),
      account: fc.constantFrom('a', 'b'),
      amount: fc.constantFrom('1.00', '2.50', '-1.00'),
      text: fc.constantFrom('x', 'y'),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => all.sort((a, b) => a.day - b.day));
type Row = typeof rows extends fc.Arbitrary<(infer R)[]> ? R : never;

const cents = (amount: string) => Math.round(Number(amount) * 100);

function linesOf(all: readonly Row[]): string[] {
  const balances = new Map<string, number>();
  return all.map(({ day, account, amount, text }) => {
    const balance = (balances.get(account) ?? 0) + cents(amount);
    balances.set(account, balance);
    return `2026-01-0${day + 1},${account},${amount},${text},${(balance / 100).toFixed(2)}\n`;
  });
}

/** What is booked when several files are imported one after another: each id once. */
function booked(files: readonly ReadFile[]): number {
  const byId = new Map(
    files.flatMap((file) => file.movements.map((one) => [`${one.walletId} ${one.id}`, one] as const)),
  );
  return [...byId.values()].reduce(
    (sum, { direction, amount }) => sum + (direction === 'credit' ? 1 : -1) * cents(`${amount}`),
    0,
  );
}

describe('a file without ids that is cut in two', () => {
  it('imports to the same balances when the second begins at the start of a day', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(30), fc.nat(3), async (all, cut, day) => {
        const lines = linesOf(all);
        const first = lines.slice(0, Math.max(1, cut));
        const begin = Math.min(
          all.findIndex((row) => row.day >= day),
          all.findIndex((row) => row.day === all[Math.min(first.length, all.length - 1)]!.day),
        );
        const second = lines.slice(Math.max(0, begin));
        const read = await Promise.all([first, second].map((part) => readFile(HEADER + part.join(''), { movements })));
        expect(booked(read)).toBe(all.reduce((sum, { amount }) => sum + cents(amount), 0));
      }),
      { numRuns: 60 },
    );
  });

  it('has the same ids in another encoding and with another delimiter', async () => {
    const lines = [HEADER, '2026-01-01,a,1.00,Žluť,1.00\n', '2026-01-01,a,1.00,Žluť,1.00\n'].join('');
    const other = Buffer.from(`\uFEFF${lines.replaceAll(',', ';')}`, 'utf16le');
    const [a, b] = await Promise.all([readFile(lines, { movements }), readFile(other, { movements })]);
    expect(b!.movements).toEqual(a!.movements);
  });
});

/** The digits of an amount without zeros before and behind. */
const significant = (amount: string) =>
  BigInt(amount.replace('.', ''))
    .toString()
    .replace(/(?<!0)0+$/, '');

describe('bytes that nobody wrote', () => {
  it('never make a row whose amount is not in the file', async () => {
    const mapping = { movements: { ...movements, id: 'text', balance: 'balance' } };
    const good = Buffer.from(`${HEADER}2026-01-01,a,10.00,t1,10.00\n2026-01-02,a,"-3,25",t2,6.75\n`);
    const change = fc.record({ at: fc.nat(good.length), bytes: fc.uint8Array({ maxLength: 4 }), cut: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = changes.reduce(
          (file, { at, bytes: put, cut }) => Buffer.concat([file.subarray(0, at), put, file.subarray(at + cut)]),
          good,
        );
        const read = await readFile(bytes, mapping).catch((error: unknown) => {
          expect(error).toBeInstanceOf(FileRefused);
          return { movements: [] };
        });
        const digits = bytes.toString('latin1').replace(/[^0-9]/g, '');
        for (const { amount } of read.movements) {
          expect(digits).toContain(significant(`${amount}`));
        }
      }),
      { numRuns: 150 },
    );
  });
});
