import { inputProblem } from '../problems/input-problem.js';
import type { Place } from '../problems/problem.js';

/**
 * @param at the part of the request and the field that names the region
 * @throws Problem `unknown_region`
 */
export function requireRegion(
  named: string,
  regions: readonly string[],
  [place, path]: readonly [Place, string],
): void {
  if (regions.includes(named)) return;
  const message = `is none of the regions of this installation: ${regions.join(', ')}`;
  throw inputProblem(place, [{ path, message }], 'unknown_region');
}
