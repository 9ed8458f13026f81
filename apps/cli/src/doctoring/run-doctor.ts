import { examine, NothingToExamine, type Examined, type Finding } from '@tidemark/doctor';
import { CouldNotRun, UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import { grouped } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { DoctorProgress } from './doctor-progress.js';

/** `tidemark doctor`: exit code 1 when it finds anything. */
export async function runDoctor(
  at: Surroundings,
  { wallet: walletId, region }: { wallet?: string; region?: string },
): Promise<CommandResult> {
  const progress = new DoctorProgress(at.stderr, Date.now);
  try {
    const examined = await withHomeDatabase(at, { role: 'tidemark_api', command: 'doctor' }, (database) =>
      examine(database, {
        ...{ walletId, region, signal: at.signal },
        progress: (part, done, of) => progress.update(part, done, of),
      }),
    );
    return resultOf(examined);
  } catch (error) {
    if (error instanceof NothingToExamine) throw new UsageError(error.message);
    throw at.signal.aborted && error === at.signal.reason ? new CouldNotRun('stopped before the end') : error;
  } finally {
    progress.end();
  }
}

function resultOf({ checked, findings, more }: Examined): CommandResult {
  const looked = `${grouped(checked.events)} events of ${grouped(checked.wallets)} wallets`;
  const found = findings.length + more;
  return {
    json: { ok: found === 0, checked, findings, ...(more > 0 && { more }) },
    lines: [
      ...findings.map(lineOf),
      ...(more > 0 ? [`and ${grouped(more)} more`] : []),
      found === 0
        ? `${looked}: nothing found`
        : `${looked}: ${grouped(found)} ${found === 1 ? 'finding' : 'findings'} (docs/doctor.md says what to do)`,
    ],
    found: found > 0,
  };
}

function lineOf({ invariant, walletId, version, message }: Finding): string {
  const place = walletId === '' ? '' : ` ${walletId}${version === 0 ? '' : ` version ${version}`}`;
  return `${invariant}${place}: ${message.replace(/\s*\n\s*/g, ' ')}`;
}
