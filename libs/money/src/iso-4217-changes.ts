/**
 * What ISO 4217 has added since the list that the `currency-codes` package carries (2024-06-25), with their minor units. Source: the
 * amendments of the ISO 4217 maintenance agency.
 */
export const ADDED: readonly (readonly [code: string, scale: number, since: string])[] = [
  ['XAD', 2, '2025-05-12'], // Arab Accounting Dinar
  ['XCG', 2, '2025-03-31'], // Caribbean guilder, for ANG
];

/** A code that ISO 4217 has withdrawn: files about the past still have it. */
export interface WithdrawnCurrency {
  readonly code: string;
  /** Fraction digits. */
  readonly scale: number;
  /** The month of its withdrawal, such as `2002-03`. */
  readonly until: string;
}

/** By code. Those that the ISO table still carries can be used as before, and are here with their date alone. */
const WITHDRAWN: Readonly<Record<string, readonly [scale: number, until: string]>> = {
  ANG: [2, '2025-03'],
  ATS: [2, '2002-03'],
  BEF: [0, '2002-03'],
  BGN: [2, '2026-01'],
  BYR: [0, '2017-01'],
  CYP: [2, '2008-01'],
  DEM: [2, '2002-03'],
  EEK: [2, '2011-01'],
  ESP: [0, '2002-03'],
  FIM: [2, '2002-03'],
  FRF: [2, '2002-03'],
  GRD: [0, '2002-03'],
  HRK: [2, '2023-01'],
  IEP: [2, '2002-03'],
  ITL: [0, '2002-03'],
  LTL: [2, '2015-01'],
  LUF: [0, '2002-03'],
  LVL: [2, '2014-01'],
  MRO: [2, '2017-12'],
  MTL: [2, '2008-01'],
  NLG: [2, '2002-03'],
  PTE: [0, '2002-03'],
  SIT: [2, '2007-01'],
  SKK: [2, '2009-01'],
  SLL: [2, '2023-12'],
  STD: [2, '2017-12'],
  TRL: [0, '2005-12'],
  VEF: [2, '2018-08'],
  ZMK: [2, '2012-12'],
  ZWL: [2, '2024-09'],
};

/** @returns when ISO 4217 withdrew a code, and how many fraction digits it had; undefined for any other code */
export function withdrawnCurrency(code: string): WithdrawnCurrency | undefined {
  const found = Object.hasOwn(WITHDRAWN, code) ? WITHDRAWN[code] : undefined;
  return found && { code, scale: found[0], until: found[1] };
}
