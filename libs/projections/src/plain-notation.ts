const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i;

/**
 * A decimal as a database prints it, without an exponent and with the same digits behind the point. CockroachDB prints
 * small ones as `1E-18`, and a zero of 18 digits as `0E-18`.
 *
 * @returns what `Money.fromCanonical` reads, for a sum of canonical amounts
 * @throws Error for what is no decimal (`NaN`, `Infinity`): a defect, since only sums of amounts are stored
 */
export function plainNotation(decimal: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = DECIMAL.exec(decimal) ?? [];
  if (whole === undefined) throw new Error(`${JSON.stringify(decimal)} is no decimal`);
  const scale = fraction.length - Number(exponent);
  const digits = (whole + fraction).padEnd(whole.length + fraction.length - Math.min(scale, 0), '0');
  const padded = digits.padStart(scale + 1, '0');
  const point = padded.length - Math.max(scale, 0);
  const integer = padded.slice(0, point).replace(/^0+(?=\d)/, '');
  return `${sign}${integer}${scale > 0 ? `.${padded.slice(point)}` : ''}`;
}
