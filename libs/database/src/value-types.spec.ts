import { describe, expect, it } from 'vitest';
import { isoInstant, plainDecimal, valueTypes } from './value-types.js';

describe('plainDecimal', () => {
  it.each([
    ['1E-18', '0.000000000000000001'],
    ['-12.5E-3', '-0.0125'],
    ['1.25E+1', '12.5'],
    ['1.5E+3', '1500'],
    ['1E2', '100'],
    ['10.00', '10.00'],
    ['0', '0'],
    ['NaN', 'NaN'],
    ['1795519818187000000.0000000001', '1795519818187000000.0000000001'],
  ])('%s → %s', (printed, plain) => expect(plainDecimal(printed)).toBe(plain));
});

describe('isoInstant', () => {
  it.each([
    ['2026-11-24 11:30:22.704123+00', '2026-11-24T11:30:22.704Z'],
    ['2026-11-24 11:30:22.999999+00', '2026-11-24T11:30:22.999Z'],
    ['2026-11-24 11:30:22.704+00', '2026-11-24T11:30:22.704Z'],
    ['2026-11-24 11:30:22.70+00', '2026-11-24T11:30:22.700Z'],
    ['20260-11-24 11:30:22.704+00', '20260-11-24T11:30:22.704Z'],
    ['2026-11-24 11:30:22+00', '2026-11-24T11:30:22.000Z'],
    ['2026-11-24 11:30:22.7+00:00', '2026-11-24T11:30:22.700Z'],
    ['2026-11-24 13:00:22.5+01:30', '2026-11-24T11:30:22.500Z'],
    ['2026-11-24 06:30:22-05', '2026-11-24T11:30:22.000Z'],
    ['infinity', 'infinity'],
  ])('%s → %s', (printed, iso) => expect(isoInstant(printed)).toBe(iso));
});

describe('valueTypes', () => {
  const parse = (oid: number, text: string) =>
    (valueTypes.getTypeParser(oid, 'text') as (text: string) => unknown)(text);

  it('never converts a numeric or an int8 to a float, also not in arrays', () => {
    expect(parse(1700, '0.10')).toBe('0.10');
    expect(parse(20, '9223372036854775807')).toBe('9223372036854775807');
    expect(parse(1231, '{1.10,NULL,1E-2}')).toEqual(['1.10', null, '0.01']);
    expect(parse(1016, '{9223372036854775807}')).toEqual(['9223372036854775807']);
  });

  it('keeps dates as text and leaves the rest to pg', () => {
    expect(parse(1082, '1993-01-01')).toBe('1993-01-01');
    expect(parse(1185, '{"2026-11-24 11:30:22+00"}')).toEqual(['2026-11-24T11:30:22.000Z']);
    expect(parse(23, '7')).toBe(7);
    expect(parse(16, 't')).toBe(true);
  });
});
