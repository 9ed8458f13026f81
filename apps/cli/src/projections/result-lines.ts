import type { Rebuilt, Retried, Shadow, Swapped, WalletRebuilt } from '@tidemark/operations';
import { builtAs, liveGenerations } from '@tidemark/projections';
import type { Verification } from '@tidemark/rebuilding';
import { grouped } from '../process/progress.js';
import { differenceLines } from './differences.js';

interface Said {
  readonly lines: readonly string[];
  readonly found?: boolean;
}

export function verificationLines(projection: string, verification: Verification): Said {
  const { generation, events, wallets, seconds, breaks, parked, unexplained, explained } = verification;
  const live = generation === verification.against;
  const against = seenIn(verification);
  const count = breaks + parked + unexplained + explained;
  const compared = `${grouped(wallets)} wallets, ${grouped(events)} events compared in ${seconds.toFixed(1)} s`;
  const verdict =
    count === 0
      ? 'no differences from the log'
      : [
          [breaks, `differences between generation ${generation} and the log`],
          [parked, 'parked wallets'],
          [unexplained, `differences between the live generation ${against} and the log`],
          [explained, `differences because another version of the code built generation ${against}`],
        ]
          .flatMap(([n, words]) => (n === 0 ? [] : [`${grouped(Number(n))} ${words}`]))
          .join('; ');
  return {
    lines: [
      ...differenceLines(verification.differences, count),
      `${projection}, generation ${generation}${live ? ' (live)' : ''}: ${compared}: ${verdict}`,
    ],
    found: count > explained,
  };
}

export function rebuildLines(projection: string, result: Rebuilt | WalletRebuilt): Said {
  return 'walletId' in result ? walletLines(projection, result) : allLines(projection, result);
}

function walletLines(projection: string, rebuilt: WalletRebuilt): Said {
  const { walletId, differences, differencesCount, removed } = rebuilt;
  const verdict = differencesCount === 0 ? 'it was correct before' : 'it was wrong before, and is correct now';
  const done = removed
    ? `${walletId} is not in the log: its rows in ${projection} were deleted`
    : `${walletId} was rebuilt in ${projection}: ${verdict}`;
  return { lines: [...differenceLines(differences, differencesCount), done] };
}

/** What readers saw, in words. */
function seenIn({ against, againstIn = {} }: Pick<Verification, 'against'> & Partial<Verification>): string {
  return builtAs({ generation: against, regions: againstIn });
}

function allLines(projection: string, rebuilt: Rebuilt): Said {
  const { generation, certificate, verification, before, region = null, accepted = [] } = rebuilt;
  const sums = Object.entries(certificate.sums).map(([code, sum]) => `${sum} ${code}`);
  const { lines, found } = verificationLines(projection, verification);
  return {
    lines: [
      `generation ${generation}${certificate.regions.length === 1 ? ` (${certificate.regions.join()})` : ''}: ${grouped(certificate.events)} events, ${grouped(certificate.wallets)} wallets` +
        `${sums.length === 0 ? '' : `, ${sums.join(', ')}`}, root ${certificate.root.slice(0, ROOT_SHOWN)}…`,
      ...lines,
      ...(before === undefined
        ? [`readers still see generation ${seenIn(verification)}: ${swapCommand(projection, verification)}`]
        : swapLines(projection, { ...rebuilt, before, region, accepted }).lines),
    ],
    ...(before === undefined && found !== undefined && { found }),
  };
}

/** The command that swaps the build in, with what has to be accepted. */
function swapCommand(projection: string, { breaks, unexplainedWallets, unexplainedSums }: Verification): string {
  if (breaks > 0) return 'do not use this build';
  const names = [...(unexplainedWallets.length > 0 ? ['WALLETS'] : []), ...(unexplainedSums > 0 ? ['sums'] : [])];
  return `tidemark projections swap ${projection}${names.length > 0 ? ` --accept ${names.join(',')}, or all` : ''}`;
}

/** The result of a comparison with the log: of the build itself, and of the build that was live then. */
export function soundness({ breaks, unexplained }: Pick<Verification, 'breaks' | 'unexplained'>): string {
  const own = breaks === 0 ? 'equal to the log' : `${grouped(breaks)} DIFFERENCES from the log`;
  return unexplained === 0 ? own : `${own} (the build that was live then had ${grouped(unexplained)})`;
}

/** Hex digits of a root that a person compares. */
const ROOT_SHOWN = 16;

/** A build that is not live costs writes until it is dropped. */
export function followedLine(projection: string, generation: string, forTheWayBack: boolean): string {
  const why = forTheWayBack ? 'for a rollback' : 'but is not live';
  return (
    `${projection} ${generation} is kept up to date ${why}; to delete it: ` +
    `tidemark projections drop ${projection} ${generation}`
  );
}

export function swapLines(projection: string, { generation, before, region, accepted, readers }: Swapped): Said {
  const where = region === null ? '' : ` in ${region}`;
  const [now, until] =
    readers && region === null ? [builtAs(readers.after), builtAs(readers.before)] : [generation, before];
  const seen = readers ? liveGenerations(readers.after) : [generation];
  const unseen = (readers ? liveGenerations(readers.before) : [before]).filter((each) => !seen.includes(each));
  const accepting = accepted.length === 0 ? '' : ` (accepted: ${accepted.join(', ')})`;
  return {
    lines: [
      `readers of ${projection}${where} see generation ${now} now, instead of ${until}${accepting}; ` +
        `to undo: tidemark projections rollback ${projection}`,
      ...unseen.map((left) => followedLine(projection, left, true)),
    ],
  };
}

export function shadowLines(projection: string, { events, wallets, changes, differences }: Shadow): Said {
  return {
    lines: [
      ...differenceLines(differences, changes),
      `${projection}: ${grouped(wallets)} wallets, ${grouped(events)} events: ` +
        (changes === 0 ? 'a rebuild would change nothing' : `a rebuild would make ${grouped(changes)} changes`),
    ],
    found: changes > 0,
  };
}

export function retryLines(projection: string, { asked, parked }: Retried): Said {
  return {
    lines: [
      ...parked.map(({ walletId, version, reason }) => `${walletId}: still parked at version ${version}: ${reason}`),
      `${projection}: ${grouped(asked)} wallets retried, ${grouped(parked.length)} still parked`,
    ],
    found: parked.length > 0,
  };
}
