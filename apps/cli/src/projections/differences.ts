import type { Difference } from '@tidemark/rebuilding';

/** Differences shown in words; the record has more of them. */
const SHOWN_MAX = 20;

const WORDS: Record<Difference['kind'], string> = {
  row_differs: 'row differs',
  row_missing: 'row missing',
  row_behind: 'row is behind',
  row_without_events: 'there is a row, and no event',
  line_differs: 'line differs',
  line_missing: 'line missing',
  line_without_event: 'there is a line, and no event for it',
  sum_differs: 'sum differs',
  wallet_parked: 'wallet is parked',
  event_not_applicable: 'event cannot be applied',
};

/** Differences, one plain line each. @param count how many there are in all */
export function differenceLines(differences: readonly Difference[], count: number): string[] {
  const shown = differences.slice(0, SHOWN_MAX).map(lineOf);
  return [...shown, ...(count > shown.length ? [`… and ${count - shown.length} more`] : [])];
}

function lineOf({ generation, region, walletId, kind, version, expected, found }: Difference): string {
  const where = `${walletId ?? 'all wallets'} (generation ${generation}, ${region}${version === null ? '' : `, version ${version}`})`;
  const what = [expected === null ? [] : `the log says ${expected}`, found === null ? [] : `the build ${found}`].flat();
  return `${where}: ${WORDS[kind]}${what.length === 0 ? '' : `: ${what.join(', ')}`}`;
}
