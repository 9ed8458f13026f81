import type { Engine } from '@tidemark/database';

/** One claim: what was measured, against what of the same run, and the budget that their ratio has to keep. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly against: { readonly name: string; readonly value: number };
  readonly ratio: number;
  readonly atLeast: number;
  readonly met: boolean;
}

export interface BenchReport {
  readonly engine: Engine;
  readonly version: string;
  readonly results: readonly BenchResult[];
}

/** @param of the measured value and what it is held against, both in `unit`. */
export function resultOf(of: {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly against: { readonly name: string; readonly value: number };
  readonly atLeast: number;
}): BenchResult {
  const ratio = Math.round((of.value / of.against.value) * 100) / 100;
  return { ...of, ratio, met: ratio >= of.atLeast };
}

/** The middle one: machines are noisy, and one slow round says little. */
export function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!);
}

export function linesOf({ engine, version, results }: BenchReport): string[] {
  const number = (value: number) => value.toLocaleString('en-US');
  return [
    `${engine} ${version}`,
    ...results.flatMap(({ name, value, unit, against, ratio, atLeast, met }) => [
      `  ${name}: ${number(value)} ${unit}`,
      `    ÷ ${against.name}: ${number(against.value)} ${unit}`,
      `    = ${ratio} (at least ${atLeast}: ${met ? 'met' : 'MISSED'})`,
    ]),
  ];
}
