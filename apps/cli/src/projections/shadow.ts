import { regionsOf } from '@tidemark/event-store';
import { type Progress, shadowOf } from '@tidemark/operations';
import { NotFound } from '@tidemark/rebuilding';
import { UsageError } from '../process/exit.js';
import { ProgressDisplay } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { requireProjection, showProgress, withOwnerDatabase } from './ask-operation.js';
import { shadowLines } from './result-lines.js';

/**
 * `tidemark projections diff`: in this process and not in a worker, because it is this version of the code that is asked
 * about. `--json`: a `Shadow`.
 *
 * @param region the only one that is compared; undefined: all
 */
export function runShadow(at: Surroundings, projection: string, region: string | undefined): Promise<CommandResult> {
  const asked = requireProjection(projection);
  return withOwnerDatabase(at, async (database) => {
    const { logs: regions } = await regionsOf(database);
    const display = new ProgressDisplay(at.stderr);
    try {
      const report = (progress: Progress) => showProgress(display, progress);
      const shadow = await shadowOf(database, asked, { regions, region, signal: at.signal, report });
      return { json: shadow, ...shadowLines(region === undefined ? projection : `${projection} in ${region}`, shadow) };
    } catch (error) {
      throw error instanceof NotFound ? new UsageError(error.message) : error;
    } finally {
      display.end();
    }
  });
}
