import { balances } from './balances/balances.projection.js';
import { dailyTotals } from './daily-totals/daily-totals.projection.js';
import { journal } from './journal/journal.projection.js';
import { movements } from './movements/movements.projection.js';
import type { Projection } from './projection.js';
import { trialBalance } from './trial-balance/trial-balance.projection.js';

/** Every projection that ships. Adding one is a folder, a migration with its tables, and a line here. */
export const ALL_PROJECTIONS: readonly Projection[] = [
  balances,
  movements,
  journal,
  trialBalance,
  dailyTotals,
] as readonly Projection[];

/** @returns undefined when there is none of that name */
export function projectionNamed(name: string): Projection | undefined {
  return ALL_PROJECTIONS.find((projection) => projection.name === name);
}
