import { describe, expect, it } from 'vitest';
import { currency } from './currency.js';
import { Money } from './money.js';
import { Ratio } from './ratio.js';
import { thrownCode } from './thrown-code.fixture.js';

const EUR = currency('EUR', 2);
const USD = currency('USD', 2);
const JPY = currency('JPY', 0);
const ETH = currency('ETH', 18);
const eur = (amount: string) => Money.of(amount, EUR);

describe('of', () => {
  it.each([
    ['10', EUR, '10.00'],
    ['10.5', EUR, '10.50'],
    ['10.00', EUR, '10.00'],
    ['0', EUR, '0.00'],
    ['0.05', EUR, '0.05'],
    ['-0.05', EUR, '-0.05'],
    ['-12', JPY, '-12'],
    ['10', JPY, '10'],
    ['0.000000000000000001', ETH, '0.000000000000000001'],
    ['9'.repeat(30), EUR, `${'9'.repeat(30)}.00`],
    [`-${'9'.repeat(30)}.${'9'.repeat(18)}`, ETH, `-${'9'.repeat(30)}.${'9'.repeat(18)}`],
  ])('reads %j %o as %s', (amount, of, canonical) => {
    expect(Money.of(amount, of).toString()).toBe(canonical);
  });

  it.each([
    [10, 'not_a_string'],
    [0, 'not_a_string'],
    [NaN, 'not_a_string'],
    [10n, 'not_a_string'],
    [null, 'not_a_string'],
    [undefined, 'not_a_string'],
    [true, 'not_a_string'],
    [['10'], 'not_a_string'],
    [Object('10'), 'not_a_string'],
    [{ toString: () => '10' }, 'not_a_string'],
    ['', 'malformed_amount'],
    [' ', 'malformed_amount'],
    [' 10', 'malformed_amount'],
    ['10 ', 'malformed_amount'],
    ['10\n', 'malformed_amount'],
    ['\u00a010', 'malformed_amount'],
    ['\ufeff10', 'malformed_amount'],
    ['+10', 'malformed_amount'],
    ['--10', 'malformed_amount'],
    ['- 10', 'malformed_amount'],
    ['\u221210', 'malformed_amount'],
    ['-', 'malformed_amount'],
    ['007', 'malformed_amount'],
    ['00', 'malformed_amount'],
    ['00.5', 'malformed_amount'],
    ['-007', 'malformed_amount'],
    ['.5', 'malformed_amount'],
    ['5.', 'malformed_amount'],
    ['.', 'malformed_amount'],
    ['1.2.3', 'malformed_amount'],
    ['1,50', 'malformed_amount'],
    ['1,000.00', 'malformed_amount'],
    ['1_000', 'malformed_amount'],
    ["1'000", 'malformed_amount'],
    ['1e3', 'malformed_amount'],
    ['1E-2', 'malformed_amount'],
    ['0x10', 'malformed_amount'],
    ['0b1', 'malformed_amount'],
    ['0o7', 'malformed_amount'],
    ['10n', 'malformed_amount'],
    ['NaN', 'malformed_amount'],
    ['Infinity', 'malformed_amount'],
    ['-Infinity', 'malformed_amount'],
    ['null', 'malformed_amount'],
    ['١٠', 'malformed_amount'],
    ['１０', 'malformed_amount'],
    ['10\u0000', 'malformed_amount'],
    ['€10', 'malformed_amount'],
    ['10 EUR', 'malformed_amount'],
    ['-0', 'negative_zero'],
    ['-0.0', 'negative_zero'],
    ['-0.00', 'negative_zero'],
    ['-0.000', 'negative_zero'],
    ['1.000', 'too_many_fraction_digits'],
    ['0.001', 'too_many_fraction_digits'],
    ['-0.001', 'too_many_fraction_digits'],
    ['1'.repeat(31), 'too_many_digits'],
    [`-${'1'.repeat(31)}.00`, 'too_many_digits'],
  ])('refuses %o EUR with %s', (amount, code) => {
    expect(thrownCode(() => eur(amount as string))).toBe(code);
  });

  it('refuses a megabyte of digits with a message of one line', () => {
    const megabyte = '9'.repeat(1_000_000);
    expect(thrownCode(() => eur(megabyte))).toBe('too_many_digits');
    expect(thrownCode(() => Money.fromCanonical(megabyte, 'EUR'))).toBe('too_many_digits');
    expect(() => eur(megabyte)).toThrow(/^.{1,150}$/);
  });

  it('names the input and the rule that it breaks', () => {
    expect(() => eur('1.000')).toThrow('"1.000" has 3 fraction digits: EUR has 2, and zeros count too');
    expect(() => eur(12.5 as unknown as string)).toThrow('the number 12.5 is not an amount: only strings are read');
    expect(() => eur('9'.repeat(99))).toThrow(`"${'9'.repeat(40)}"… has 99 integer digits: at most 30 are read`);
  });

  it('refuses a fraction if the currency has none, and refuses a malformed currency', () => {
    expect(thrownCode(() => Money.of('1.0', JPY))).toBe('too_many_fraction_digits');
    expect(thrownCode(() => Money.of('1', { code: 'EUR', scale: 40 }))).toBe('malformed_currency');
    expect(thrownCode(() => Money.zero({ code: 'eur', scale: 2 }))).toBe('malformed_currency');
  });
});

describe('fromCanonical', () => {
  it.each([
    ['10.00', 'EUR', 2],
    ['-0.05', 'EUR', 2],
    ['10', 'JPY', 0],
    ['0.000000000000000000', 'ETH', 18],
    [`${'9'.repeat(42)}.${'9'.repeat(18)}`, 'ETH', 18],
    ['9'.repeat(60), 'POINTS', 0],
  ])('reads %j %s with scale %d', (amount, code, scale) => {
    const money = Money.fromCanonical(amount, code);
    expect(money.currency).toMatchObject({ code, scale });
    expect(money.toString()).toBe(amount);
    expect(money.plus(Money.zero(currency(code, scale))).toString()).toBe(amount);
  });

  it.each([
    [10, 'EUR', 'not_a_string'],
    ['1e3', 'EUR', 'malformed_amount'],
    ['-0.00', 'EUR', 'negative_zero'],
    [`0.${'0'.repeat(19)}`, 'ETH', 'too_many_fraction_digits'],
    [`1${'0'.repeat(58)}.00`, 'EUR', 'too_many_digits'],
    ['10.00', 'eur', 'malformed_currency'],
  ])('refuses %o %s with %s', (amount, code, error) => {
    expect(thrownCode(() => Money.fromCanonical(amount as string, code))).toBe(error);
  });
});

describe('arithmetic', () => {
  it('adds, subtracts, negates', () => {
    expect(eur('0.10').plus(eur('0.20')).toString()).toBe('0.30');
    expect(eur('0.10').minus(eur('0.20')).toString()).toBe('-0.10');
    expect(eur('5').negated().toString()).toBe('-5.00');
    expect(eur('-5').abs().toString()).toBe('5.00');
    expect(eur('5').abs().toString()).toBe('5.00');
  });

  it.each([
    ['0 negated', eur('0').negated()],
    ['0 minus 0', eur('0').minus(eur('0'))],
    ['-1 plus 1', eur('-1').plus(eur('1'))],
    ['-1 minus -1', eur('-1').minus(eur('-1'))],
    ['abs of 0', eur('0').abs()],
    ['negated twice', eur('0').negated().negated()],
    ['a share of nothing', eur('0').negated().allocate([1n])[0]!],
    ['a share of 0 of something negative', eur('-1').allocate([1n, 0n])[1]!],
  ])('%s is no negative zero', (_, zero) => {
    expect(zero.toString()).toBe('0.00');
    expect(zero).toEqual(Money.zero(EUR));
    expect([zero.isZero(), zero.isPositive(), zero.isNegative()]).toEqual([true, false, false]);
  });

  it('does not change its operands', () => {
    const [a, b] = [eur('1'), eur('2')];
    a.plus(b).minus(b).negated().allocate([1n, 2n]);
    expect([a.toString(), b.toString()]).toEqual(['1.00', '2.00']);
  });

  it('sums', () => {
    expect(Money.sum(EUR, [eur('1.10'), eur('-0.20'), eur('3')]).toString()).toBe('3.90');
    expect(Money.sum(JPY, []).toString()).toBe('0');
    expect(Money.sum(EUR, new Set([eur('1')])).toString()).toBe('1.00');
  });

  it('refuses a result of more than 60 digits and does not round it', () => {
    const most = Money.fromCanonical(`${'9'.repeat(42)}.${'9'.repeat(18)}`, 'ETH');
    const wei = Money.of('0.000000000000000001', ETH);
    expect(thrownCode(() => most.plus(wei))).toBe('too_many_digits');
    expect(thrownCode(() => most.negated().minus(wei))).toBe('too_many_digits');
    expect(thrownCode(() => Money.sum(ETH, [most, wei, most.negated()]))).toBe('too_many_digits');
    expect(most.minus(wei).plus(wei).toString()).toBe(most.toString());
  });
});

describe('comparison', () => {
  it.each([
    ['1', '2', -1],
    ['2', '1', 1],
    ['1', '1.00', 0],
    ['-1', '1', -1],
    ['-1', '-2', 1],
    ['0', '-0.01', 1],
    ['0', '0.01', -1],
  ])('%s against %s is %d', (left, right, order) => {
    const [a, b] = [eur(left), eur(right)];
    expect(a.compare(b)).toBe(order);
    expect(a.equals(b)).toBe(order === 0);
    expect(a.lessThan(b)).toBe(order < 0);
    expect(a.lessThanOrEqual(b)).toBe(order <= 0);
    expect(a.greaterThan(b)).toBe(order > 0);
    expect(a.greaterThanOrEqual(b)).toBe(order >= 0);
  });

  it.each([
    ['1', false, true, false],
    ['0', true, false, false],
    ['-1', false, false, true],
  ])('the sign of %s', (amount, zero, positive, negative) => {
    const money = eur(amount);
    expect([money.isZero(), money.isPositive(), money.isNegative()]).toEqual([zero, positive, negative]);
  });
});

it('operators throw and are not applied to the text', () => {
  const [nine, ten] = [eur('9'), eur('10')];
  expect(() => nine < ten).toThrow(TypeError);
  expect(() => (nine as unknown as string) + ten).toThrow(TypeError);
  expect(`${nine}`).toBe('9.00');
});

describe('mixed currencies', () => {
  const others = [Money.of('1', USD), Money.of('1', currency('EUR', 3))];
  it.each(
    others.flatMap((other) =>
      (
        [
          'plus',
          'minus',
          'compare',
          'equals',
          'lessThan',
          'lessThanOrEqual',
          'greaterThan',
          'greaterThanOrEqual',
        ] as const
      ).map((method) => [method, other] as const),
    ),
  )('%s refuses %s', (method, other) => {
    expect(thrownCode(() => eur('1')[method](other))).toBe('currency_mismatch');
    expect(thrownCode(() => other[method](eur('1')))).toBe('currency_mismatch');
  });

  it('sum refuses them', () => {
    expect(thrownCode(() => Money.sum(EUR, [eur('1'), Money.of('1', USD)]))).toBe('currency_mismatch');
  });

  it('currencies with equal code and scale are the same currency', () => {
    expect(
      eur('1')
        .plus(Money.of('1', { code: 'EUR', scale: 2 }))
        .toString(),
    ).toBe('2.00');
  });
});

describe('allocate', () => {
  it.each([
    ['bigints', eur('1.00'), [1n, 1n, 1n], ['0.34', '0.33', '0.33']],
    ['ratios', eur('100'), ['1/3', '1/3', '1/3'].map((text) => Ratio.of(text)), ['33.34', '33.33', '33.33']],
    ['ratios that do not add up to 1', eur('9'), ['0.1', '0.2'].map((text) => Ratio.of(text)), ['3.00', '6.00']],
    ['a negative amount', eur('-0.05'), [1n, 1n], ['-0.03', '-0.02']],
    ['no fraction digits', Money.of('10', JPY), [1n, 2n], ['3', '7']],
    [
      '18 fraction digits',
      Money.of('0.000000000000000001', ETH),
      [1n, 1n],
      [`0.${'0'.repeat(17)}1`, `0.${'0'.repeat(18)}`],
    ],
  ])('splits by %s', (_, amount, ratios, shares) => {
    const parts = amount.allocate(ratios as bigint[]);
    expect(parts.map(String)).toEqual(shares);
    expect(Money.sum(amount.currency, parts)).toEqual(amount);
  });

  it('refuses ratios that are all zero', () => {
    expect(thrownCode(() => eur('1').allocate([]))).toBe('malformed_ratio');
    expect(thrownCode(() => eur('1').allocate([0n]))).toBe('malformed_ratio');
  });
});

describe('on the wire', () => {
  it('is a string and a code', () => {
    expect(JSON.stringify({ amount: eur('10') })).toBe('{"amount":{"amount":"10.00","currency":"EUR"}}');
  });

  it('deep equality compares the value, and not whether the text was already computed', () => {
    const sum = eur('1').plus(eur('2'));
    void sum.toString();
    expect(sum).toEqual(eur('3'));
    expect(eur('3')).not.toEqual(eur('4'));
    expect(eur('3')).not.toEqual(Money.of('3', USD));
  });
});
