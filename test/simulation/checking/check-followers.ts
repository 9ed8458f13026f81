import { balances } from '@tidemark/projections';
import { encodeWallet } from '@tidemark/wallet';
import type { Evidence, ProjectedWallet, StoredCommit } from './evidence.js';
import type { Report } from './violation.js';
import type { WalletHistory } from './wallet-histories.js';

/** Checks that commits name every event once, that the tailer saw all of them, and that the projection equals the fold. */
export function checkFollowers(
  evidence: Evidence,
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  checkCommits(evidence, report);
  checkTailer(evidence, report);
  if (evidence.projected) checkProjection(evidence.projected, histories, report);
  checkDirectory(evidence, histories, report);
}

function checkCommits({ commits, events }: Evidence, report: Report): void {
  const promised = new Map<string, string>();
  for (const commit of commits) {
    for (const name of namesIn(commit)) {
      const place = placeOf(commit);
      if (promised.has(name)) report('commit_differs', `${name} is in two commits: ${promised.get(name)}, ${place}`);
      promised.set(name, place);
    }
  }
  for (const { region, walletId, version, position } of events) {
    const name = `${walletId} ${version}`;
    const place = promised.get(name);
    promised.delete(name);
    if (place !== `${region} ${position}`) {
      report('commit_differs', `${name} is at ${region} ${position}; its commit is ${place ?? 'nowhere'}`);
    }
  }
  for (const [name, place] of promised) report('commit_differs', `commit ${place} names ${name}, which is not there`);
}

function checkTailer({ commits, events, tailed }: Evidence, report: Report): void {
  const there = new Set(commits.map(idOf));
  const seen = new Map<string, number>();
  for (const commit of tailed.commits) seen.set(idOf(commit), (seen.get(idOf(commit)) ?? 0) + 1);
  const skipped = [...there].filter((id) => !seen.has(id));
  if (skipped.length > 0) {
    report('tailer_skipped', `${skipped.length} of ${there.size} commits were never seen, the first: ${skipped[0]}`);
  }
  for (const [id, times] of seen) {
    if (times > 1) report('tailer_skipped', `commit ${id} was seen ${times} times`);
    if (!there.has(id)) report('tailer_skipped', `commit ${id} was seen and is gone`);
  }
  for (const inRegion of Map.groupBy(tailed.commits, ({ region }) => region).values()) {
    const ids = inRegion.map((commit) => `${commit.position} ${commit.commitId}`);
    const at = ids.findIndex((id, i) => i > 0 && id <= ids[i - 1]!);
    if (at > 0) report('tailer_skipped', `commit ${ids[at]} came after ${ids[at - 1]}`);
  }
  const fetched = new Set(tailed.events);
  const unseen = events.filter(({ walletId, version }) => !fetched.has(`${walletId} ${version}`));
  if (unseen.length > 0 || tailed.events.length !== events.length) {
    report(
      'tailer_skipped',
      `${tailed.events.length} events were seen of ${events.length}; ${unseen.length} never, the first: ${unseen[0]?.walletId} ${unseen[0]?.version}`,
    );
  }
}

function checkProjection(
  projected: NonNullable<Evidence['projected']>,
  histories: ReadonlyMap<string, WalletHistory>,
  report: Report,
): void {
  const rows = Map.groupBy(projected, ({ walletId }) => walletId);
  for (const [walletId, { events, states }] of histories) {
    const ofWallet = rows.get(walletId);
    rows.delete(walletId);
    if (!ofWallet) {
      report('projection_differs', `${walletId} has no row`);
      continue;
    }
    const [row] = ofWallet.toSorted((a, b) => b.version - a.version) as [ProjectedWallet];
    if (row.version !== events.length) {
      report('projection_differs', `${walletId} is projected at version ${row.version} of ${events.length}`);
    }
    for (const { version, state } of ofWallet) {
      const folded = states[version];
      if (folded && state === encodeWallet(folded)) continue;
      report('projection_differs', `${walletId} at version ${version}: ${state}`);
    }
    const lines = events.filter(({ type }) => !WITHOUT_LINE.has(type)).length;
    if (row.movements !== lines) {
      report('projection_differs', `${walletId}: ${row.movements} lines in the statement for ${lines} movements`);
    }
  }
  for (const walletId of rows.keys()) report('projection_differs', `${walletId} has a row of ${balances.name} alone`);
}

const WITHOUT_LINE = new Set(['WalletOpened', 'WalletRehomed', 'OverdraftLimitChanged']);

/** Checks that the directory has a wallet's home region, and that each event is in the region that was its home then. */
function checkDirectory({ directory }: Evidence, histories: ReadonlyMap<string, WalletHistory>, report: Report): void {
  const homes = new Map(directory.map(({ walletId, region }) => [walletId, region]));
  for (const [walletId, { events, states }] of histories) {
    const home = states.at(-1)!.homeRegion;
    if (homes.get(walletId) !== home) {
      report('directory_differs', `${walletId} lives in ${home} and is listed in ${homes.get(walletId)}`);
    }
    states.slice(1).forEach((state, i) => {
      const { region, version } = events[i]!;
      const lived = i === 0 ? state.homeRegion : states[i]!.homeRegion;
      if (region === lived) return;
      report('directory_differs', `${walletId} version ${version} is in ${region}, and the wallet lived in ${lived}`);
    });
  }
  for (const walletId of homes.keys()) {
    if (!histories.has(walletId)) report('directory_differs', `${walletId} is listed and has no event`);
  }
}

function namesIn({ appended }: StoredCommit): string[] {
  return appended.flatMap(({ walletId, firstVersion, lastVersion }) =>
    Array.from({ length: lastVersion - firstVersion + 1 }, (_, i) => `${walletId} ${firstVersion + i}`),
  );
}

function placeOf({ region, position }: StoredCommit): string {
  return `${region} ${position}`;
}

function idOf({ region, position, commitId }: StoredCommit): string {
  return `${region} ${position} ${commitId}`;
}
