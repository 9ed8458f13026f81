import type { Engine } from '@tidemark/database';
import { isPosition, type Position } from '@tidemark/event-store';
import { inputProblem } from '../problems/input-problem.js';

/** @throws Problem `invalid_request` when the text is not a position of this engine */
export function positionOfQuery(engine: Engine, minPosition: string | undefined): Position | undefined {
  if (minPosition === undefined || isPosition(engine, minPosition)) return minPosition;
  throw inputProblem('query', [{ path: 'minPosition', message: 'must be the `position` of an earlier answer' }]);
}
