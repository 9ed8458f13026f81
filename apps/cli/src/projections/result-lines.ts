import type { Rebuilt, Retried, Shadow, Swapped, Verification, WalletRebuilt } from '@tidemark/projections';
import { grouped } from '../process/progress.js';
import { differenceLines } from './differences.js';

interface Said {
  readonly lines: readonly string[];
  readonly found?: boolean;
}

export function verificationLines(projection: string, verification: Verification): Said {
  const { generation, against, events, wallets, seconds, breaks, parked, unexplained, explained } = verification;
  const live = generation === against;
  const count = breaks + parked + unexplained + explained;
  const compared = `${grouped(wallets)} wallets, ${grouped(events)} events compared in ${seconds.toFixed(1)} s`;
  const verdict =
    count === 0
      ? 'all as the log says'
      : [
          [breaks, `places where generation ${generation} is not what the log says`],
          [parked, 'parked wallets'],
          [unexplained, `places where the live generation ${against} is not what the log says`],
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

function walletLines(projection: string, { walletId, rows }: WalletRebuilt): Said {
  const changed = rows.filter(({ before, after }) => before !== after);
  return {
    lines: [
      ...changed.map(
        ({ generation, region, before, after }) => `generation ${generation}, ${region}: was ${before}, is ${after}`,
      ),
      `${walletId} was built again in ${projection}: ${changed.length === 0 ? 'nothing has changed' : 'it was wrong, and is right now'}`,
    ],
  };
}

function allLines(projection: string, { generation, certificate, verification, before, accepted = [] }: Rebuilt): Said {
  const sums = Object.entries(certificate.sums).map(([code, sum]) => `${sum} ${code}`);
  const { lines, found } = verificationLines(projection, verification);
  return {
    lines: [
      `generation ${generation}: ${grouped(certificate.events)} events, ${grouped(certificate.wallets)} wallets` +
        `${sums.length === 0 ? '' : `, ${sums.join(', ')}`}, root ${certificate.root.slice(0, ROOT_SHOWN)}…`,
      ...lines,
      ...(before === undefined
        ? [`readers still see generation ${verification.against}: tidemark projections swap ${projection}`]
        : swapLines(projection, { generation, before, accepted }).lines),
    ],
    ...(before === undefined && found !== undefined && { found }),
  };
}

/** Hex digits of a root that a person compares. */
const ROOT_SHOWN = 16;

export function swapLines(projection: string, { generation, before, accepted }: Swapped): Said {
  const accepting = accepted.length === 0 ? '' : ` (accepted: ${accepted.join(', ')})`;
  return {
    lines: [
      `readers of ${projection} see generation ${generation} now, instead of ${before}${accepting}; ` +
        `back again: tidemark projections rollback ${projection}`,
    ],
  };
}

export function shadowLines(projection: string, { events, wallets, changes, differences }: Shadow): Said {
  return {
    lines: [
      ...differenceLines(differences, changes),
      `${projection}: ${grouped(wallets)} wallets, ${grouped(events)} events: ` +
        (changes === 0 ? 'a rebuild would change nothing' : `a rebuild would change ${grouped(changes)} places`),
    ],
    found: changes > 0,
  };
}

export function retryLines(projection: string, { asked, parked }: Retried): Said {
  return {
    lines: [
      ...parked.map(({ walletId, version, reason }) => `${walletId}: still parked at version ${version}: ${reason}`),
      `${projection}: ${grouped(asked)} wallets tried again, ${grouped(parked.length)} still parked`,
    ],
    found: parked.length > 0,
  };
}
