import type { Progress } from './operation.js';
import type { OperationContext } from './operation-context.js';

/** Counts events, and reports how many and how fast. */
export function progressOfEvents(
  { report }: Pick<OperationContext, 'report'>,
  progress: Pick<Progress, 'phase' | 'generation'>,
): (events: number) => void {
  const began = performance.now();
  let all = 0;
  return (events) => {
    all += events;
    const seconds = Math.max((performance.now() - began) / 1_000, 0.001);
    report({ ...progress, events: all, eventsPerSecond: Math.round(all / seconds) });
  };
}
