import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  CertificateRefused,
  checkCertificate,
  examine,
  NothingToExamine,
  type Examined,
  type Finding,
} from '@tidemark/doctor';
import { SHARDS } from '@tidemark/event-store';
import type { Certificate } from '@tidemark/rebuilding';
import { z } from 'zod';
import { CouldNotRun, UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import { oneLine } from '../process/run-command.js';
import { grouped, ProgressDisplay } from '../process/progress.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';

/** `tidemark doctor`: exit code 1 when it finds anything. */
export async function runDoctor(
  at: Surroundings,
  { wallet: walletId, region, certificate: file }: { wallet?: string; region?: string; certificate?: string },
): Promise<CommandResult> {
  const certificate = file === undefined ? undefined : await readCertificate(resolve(at.cwd, file));
  const display = new ProgressDisplay(at.stderr);
  const update = (part: string, count: number, of: number) =>
    display.update(part, { count, ...(of > 0 && { share: Math.min(1, count / of) }) });
  try {
    const examined = await withHomeDatabase(at, { role: 'tidemark_api', command: 'doctor' }, (database) => {
      let events = 0;
      if (certificate) {
        return checkCertificate(database, certificate, (more) =>
          update('events', (events += more), certificate.events),
        );
      }
      return examine(database, {
        ...{ walletId, region, signal: at.signal },
        progress: update,
      });
    });
    return resultOf(examined);
  } catch (error) {
    if (error instanceof NothingToExamine || error instanceof CertificateRefused) throw new UsageError(error.message);
    throw at.signal.aborted && error === at.signal.reason ? new CouldNotRun('stopped before the end') : error;
  } finally {
    display.end();
  }
}

const certificateFile = z.object({
  format: z.literal('tidemark-certificate-1'),
  ...{ projection: z.string(), version: z.number(), generation: z.string(), engine: z.string() },
  ...{ regions: z.array(z.string()).min(1), position: z.string(), events: z.number(), wallets: z.number() },
  ...{ sums: z.record(z.string(), z.string()), root: z.string(), shards: z.array(z.string()).length(SHARDS) },
  ...{ startedAt: z.string(), finishedAt: z.string(), requestedBy: z.string() },
}) satisfies z.ZodType<Certificate>;

/** @throws UsageError for a file that is not there, or is no certificate */
async function readCertificate(file: string): Promise<Certificate> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code}`);
  });
  try {
    return certificateFile.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${file} is not a certificate of a rebuild (tidemark projections rebuild --certificate FILE)`);
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
  return `${invariant}${place}: ${oneLine(message)}`;
}
