import { currency, Money } from '@tidemark/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedRow } from '../mapping/row-problem.js';
import { MarksSurvey } from './marks-survey.js';
import { readAmount } from './read-amount.js';
import type { Marks } from './written-number.js';

const EUR = currency('EUR', 2);
const point: Marks = { decimal: '.', grouping: [',', ' ', "'"] };
const comma: Marks = { decimal: ',', grouping: ['.', ' ', "'"] };
const read = (cell: string, marks = point, of = EUR) => `${readAmount(cell, of, marks, 'Amount')}`;

const grouped = (digits: string, mark: string): string =>
  digits.length <= 3 ? digits : `${grouped(digits.slice(0, -3), mark)}${mark}${digits.slice(-3)}`;

describe('an amount of a file', () => {
  it.each<[string, Marks, string]>([
    ['+12.50', point, '12.50'],
    ['12.50-', point, '-12.50'],
    ['(1,234.50)', point, '-1234.50'],
    ['−12.50', point, '-12.50'],
    ['–12.50', point, '-12.50'],
    ['€ 1.234,50', comma, '1234.50'],
    ['-€12,50', comma, '-12.50'],
    ['€-12,50', comma, '-12.50'],
    ['12,50 EUR', comma, '12.50'],
    ['12,50\u00a0€', comma, '12.50'],
    ['1\u00a0234,50', comma, '1234.50'],
    ['1\u202f234\u202f567,50', comma, '1234567.50'],
    ['1’234.50', point, '1234.50'],
    ["1'234.50", point, '1234.50'],
    ['12,34,567.80', point, '1234567.80'],
    ['500.0000', point, '500.00'],
    ['007.50', point, '7.50'],
    ['.5', point, '0.50'],
    ['12,', comma, '12.00'],
    ['1,250.00 Cr', point, '1250.00'],
    ['1,250.00 DR', point, '-1250.00'],
    ['1,250.00 Dr.', point, '-1250.00'],
    ['-0.00', point, '0.00'],
  ])('%s', (cell, marks, expected) => expect(read(cell, marks)).toBe(expected));

  it.each<[string, Marks]>([
    ['', point],
    ['1.2.3', point],
    ['1,23', point],
    ['12,345,6', point],
    ['1.234,50', point],
    ['0.0001', point],
    ['1e3', point],
    ['0x10', point],
    ['--1.00', point],
    ['-1.00-', point],
    ['(-1.00)', point],
    ['(1.00', point],
    ['1.00 2.00', point],
    ['12,-', comma],
    ['Rs.500', point],
    ['$ 1.00', point],
    ['1.00 USD', point],
    ['EUR 1.00 CHF', point],
    ['1 2', point],
    ['٣', point],
    ['0,123', point],
  ])('refuses "%s" rather than guess', (cell, marks) => {
    expect(() => read(cell, marks)).toThrow(MalformedRow);
    expect(() => read(cell, marks)).toThrow(`"${cell}"`);
  });

  it('has as many fraction digits as its currency, zeros aside', () => {
    expect(read('1000.00', point, currency('JPY', 0))).toBe('1000');
    expect(() => read('1000.50', point, currency('JPY', 0))).toThrow('"1000.50" has 2 fraction digits, and JPY has 0');
    expect(read('Kč 1,50', comma, currency('CZK', 2))).toBe('1.50');
    expect(read('₹1,00,000.00', point, currency('INR', 2))).toBe('100000.00');
  });

  it('reads back exactly, in any declared style', () => {
    const blanks = [' ', '\u00a0', '\u202f'];
    const style = fc.record({
      decimal: fc.constantFrom<'.' | ','>('.', ','),
      group: fc.constantFrom('', '.', ',', "'", '’', ...blanks),
      sign: fc.constantFrom('before', 'behind', 'parentheses', 'unicode', 'dr'),
      unit: fc.constantFrom('', '€ ', 'EUR', ' €', ' EUR'),
      zeros: fc.nat(3),
    });
    const amount = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
    fc.assert(
      fc.property(amount, style, (minor, { decimal, group, sign, unit, zeros }) => {
        fc.pre(group !== decimal);
        const digits = `${minor < 0n ? -minor : minor}`.padStart(3, '0');
        const whole = grouped(digits.slice(0, -2), group);
        const number = `${whole}${decimal}${digits.slice(-2)}${'0'.repeat(zeros)}`;
        const named = /^\s/.test(unit) ? `${number}${unit}` : `${unit}${number}`;
        const written =
          minor >= 0n
            ? named
            : {
                before: `-${named}`,
                behind: `${named}-`,
                parentheses: `(${named})`,
                unicode: `−${named}`,
                dr: `${named} DR`,
              }[sign]!;
        const grouping = group === '' ? [] : [blanks.includes(group) ? ' ' : group === '’' ? "'" : (group as '.')];
        const marks = { decimal, grouping } as Marks;
        const plain = `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(readAmount(written, EUR, marks, 'a').toString()).toBe(Money.of(plain, EUR).toString());
      }),
    );
  });
});

describe('the marks of a file', () => {
  const marksOf = (cells: string[], declared: ConstructorParameters<typeof MarksSurvey>[0] = {}) => {
    const survey = new MarksSurvey(declared);
    for (const [i, cell] of cells.entries()) survey.look(i + 2, 'Amount', cell);
    return survey.marks('f.csv').decimal;
  };
  it.each<[string[], string]>([
    [['12', '1.080', '0.5'], '.'],
    [['1.080', '12,5'], ','],
    [['1.080', '1.234.567'], ','],
    [['1,080', '1,234.5'], '.'],
    [['1234.567'], '.'],
    [['1 234,567'], ','],
    [['12', '-7'], '.'],
    [['12,34,567'], '.'],
  ])('%j', (cells, expected) => expect(marksOf(cells)).toBe(expected));

  it('is a question where two readings are possible, and where the file says two things', () => {
    expect(() => marksOf(['12', '-1.080'])).toThrow(
      'f.csv: line 3 (column Amount: "-1.080") can be read as 1.080 or as 1080, and no other amount of the file says which: declare "decimalMark": "." or ","',
    );
    expect(() => marksOf(['1.5', '2,5'])).toThrow(
      'f.csv: the decimal mark is "." on line 2 (column Amount: "1.5") and "," on line 3 (column Amount: "2,5"): declare "decimalMark"',
    );
    expect(marksOf(['1.080'], { decimalMark: ',' })).toBe(',');
    expect(marksOf(['1.080'], { groupingMark: '.' })).toBe(',');
  });
});
