import type { Engine } from '@tidemark/database';
import { isPosition, type Position } from '@tidemark/event-store';
import { Problem } from '../problems/problem.js';

/** @throws Problem `invalid_request` when the text is not a position of this engine */
export function positionOfQuery(engine: Engine, minPosition: string | undefined): Position | undefined {
  if (minPosition === undefined || isPosition(engine, minPosition)) return minPosition;
  const message = 'not a position: pass on `position` of an earlier answer';
  throw new Problem('invalid_request', `minPosition: ${message}`, { errors: [{ path: 'minPosition', message }] });
}
