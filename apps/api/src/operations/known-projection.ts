import { ALL_PROJECTIONS, projectionNamed } from '@tidemark/projections';
import { Problem } from '../problems/problem.js';

/** @throws Problem `projection_not_found` */
export function requireProjection(name: string): void {
  if (projectionNamed(name)) return;
  throw new Problem(
    'projection_not_found',
    `the projections are ${ALL_PROJECTIONS.map((each) => each.name).join(', ')}`,
  );
}
