import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { currency } from './currency.js';
import { CurrencyTable } from './currency-table.js';
import { ADDED, withdrawnCurrency } from './iso-4217-changes.js';
import { thrownCode } from './thrown-code.fixture.js';

const iso = CurrencyTable.iso4217();

/** Code to minor units ("2", "N.A."), from the ISO file in the package. It is a second source besides the package's digits. */
function isoMinorUnits(): Map<string, string> {
  const path = createRequire(import.meta.url).resolve('currency-codes/iso-4217-list-one.xml');
  const entries = readFileSync(path, 'utf8').matchAll(/<Ccy>(\w+)<\/Ccy>[^]*?<CcyMnrUnts>([^<]+)<\/CcyMnrUnts>/g);
  return new Map([...entries].map(([, code, units]) => [code!, units!] as const));
}

describe('iso4217', () => {
  it('has exactly the currencies with a minor unit, with the scale that the ISO file gives', () => {
    const units = isoMinorUnits();
    expect(units.get('XAU')).toBe('N.A.');
    const added = ADDED.map(([code, scale]) => [code, String(scale)] as const);
    expect(added.filter(([code]) => units.has(code))).toEqual([]); // else the package has them, and they can go
    const expected = [...units, ...added].filter(([, scale]) => scale !== 'N.A.').sort(([a], [b]) => (a < b ? -1 : 1));
    expect(expected.length).toBeGreaterThan(150);
    expect(iso.all().map(({ code, scale }) => [code, String(scale)])).toEqual(expected);
  });

  it.each([
    ['EUR', 2],
    ['CZK', 2],
    ['JPY', 0],
    ['BHD', 3],
    ['CLF', 4],
    // The four on which Intl disagrees with ISO 4217.
    ['IQD', 3],
    ['AFN', 2],
    ['HUF', 2],
    ['MGA', 2],
  ])('%s has scale %d', (code, scale) => {
    expect(iso.get(code)).toMatchObject({ code, scale });
  });

  it('returns the same table each time', () => {
    expect(CurrencyTable.iso4217()).toBe(iso);
  });
});

describe('changes since the list of the package', () => {
  it('has the Caribbean guilder, and still the guilder that it replaces', () => {
    expect(iso.get('XCG')).toMatchObject({ code: 'XCG', scale: 2 });
    expect(iso.get('ANG')).toMatchObject({ code: 'ANG', scale: 2 });
  });

  it('knows when a code was withdrawn, with the scale of the table where that has it', () => {
    expect(withdrawnCurrency('DEM')).toEqual({ code: 'DEM', scale: 2, until: '2002-03' });
    expect(withdrawnCurrency('ANG')).toEqual({ code: 'ANG', scale: iso.get('ANG').scale, until: '2025-03' });
    expect(withdrawnCurrency('EUR')).toBeUndefined();
    expect(withdrawnCurrency('constructor')).toBeUndefined();
  });
});

describe('find and get', () => {
  it.each(['XXX', 'XTS', 'XAU', 'XDR', 'eur', 'EURO', '', '__proto__', 'constructor'])('do not know %j', (code) => {
    expect(iso.find(code)).toBeUndefined();
    expect(thrownCode(() => iso.get(code))).toBe('unknown_currency');
  });

  it('get refuses values that are not strings', () => {
    expect(thrownCode(() => iso.get(978 as unknown as string))).toBe('unknown_currency');
  });
});

describe('with', () => {
  const points = currency('POINTS', 0);
  const eth = currency('ETH', 18);

  it('adds own assets to a new table, in order, and leaves the old one', () => {
    const table = iso.with(points, eth);
    expect(table.get('POINTS')).toBe(points);
    expect(iso.find('POINTS')).toBeUndefined();
    const codes = table.all().map(({ code }) => code);
    expect(codes).toHaveLength(iso.all().length + 2);
    expect(codes).toEqual([...codes].sort());
  });

  it('accepts a code that exists with the same scale', () => {
    expect(iso.with(currency('EUR', 2)).all()).toEqual(iso.all());
  });

  it.each([
    ['another scale than ISO has', [currency('EUR', 3)]],
    ['two scales for one asset', [points, currency('POINTS', 2)]],
    ['a malformed literal', [{ code: 'points', scale: 0 }]],
    ['a scale out of bounds', [{ code: 'POINTS', scale: 19 }]],
  ])('refuses %s', (_, own) => {
    expect(thrownCode(() => iso.with(...own))).toBe('malformed_currency');
  });

  it('cannot be changed through all()', () => {
    expect(() => (iso.all() as unknown[]).push(points)).toThrow(TypeError);
  });
});
