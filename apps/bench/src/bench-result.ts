import type { Engine } from '@tidemark/database';

/** The bound on the ratio; absent for a figure without a budget. */
export interface Budget {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One claim: what was measured, against what of the same run, and the budget that their ratio has to keep. */
export interface BenchResult extends Budget {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly against: { readonly name: string; readonly value: number };
  readonly ratio: number;
  /** True without a budget. */
  readonly met: boolean;
}

export interface BenchReport {
  readonly engine: Engine;
  readonly version: string;
  readonly results: readonly BenchResult[];
}

/** @param of the measured value and what it is held against, both in `unit`. */
export function resultOf(of: Omit<BenchResult, 'ratio' | 'met'>): BenchResult {
  const ratio = Math.round((of.value / of.against.value) * 100) / 100;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = of;
  return { ...of, ratio, met: ratio >= atLeast && ratio <= atMost };
}

/** The middle one: machines are noisy, and one slow round says little. */
export function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!);
}

export function linesOf({ engine, version, results }: BenchReport): string[] {
  const number = (value: number) => value.toLocaleString('en-US');
  return [
    `${engine} ${version}`,
    ...results.flatMap(({ name, value, unit, against, ratio, met, ...budget }) => [
      `  ${name}: ${number(value)} ${unit}`,
      `    ÷ ${against.name}: ${number(against.value)} ${unit}`,
      `    = ${ratio}${budgetOf(budget, met)}`,
    ]),
  ];
}

function budgetOf({ atLeast, atMost }: Budget, met: boolean): string {
  const verdict = met ? 'met' : 'MISSED';
  if (atLeast !== undefined) return ` (at least ${atLeast}: ${verdict})`;
  return atMost === undefined ? '' : ` (at most ${atMost}: ${verdict})`;
}
