import type { Progress } from '@tidemark/projections';
import { grouped } from '../process/progress.js';

/** `12,345 events/s` and so on, for a line. */
export function pace({ events = 0, eventsPerSecond = 0, secondsLeft }: Progress): string {
  const left = secondsLeft === undefined ? '' : `, ${secondsLeft} s left`;
  return `${grouped(events)} events, ${grouped(eventsPerSecond)}/s${left}`;
}
