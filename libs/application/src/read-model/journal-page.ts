import type { LiveBuilds } from '@tidemark/projections';
import { readJournal, type JournalEntry, type JournalFilter as Keyed, type JournalPage } from './journal.query.js';
import type { JournalPlace } from './places.js';
import type { Reading } from './reading.js';

/** Which entries; all by default. */
export interface JournalFilter extends Keyed {
  readonly currency?: string | undefined;
}

/** Entries that are looked at for one page of a currency, for which there is no index. */
export const LOOKED_AT_MAX = 5_000;
const LOOKED_AT_ONCE = 500;

/**
 * One page of the journal, newest first.
 *
 * @returns `lookedUpTo`: the entry at which it stopped to look for more; undefined where there are no more
 */
export async function readJournalPage(
  reading: Reading,
  asked: JournalFilter & { builds: LiveBuilds; before: JournalPlace | undefined; limit: number },
): Promise<JournalPage & { readonly lookedUpTo: JournalEntry | undefined }> {
  const { currency, limit, ...keyed } = asked;
  if (currency === undefined) return { ...(await readJournal(reading, asked)), lookedUpTo: undefined };
  const first = await readJournal(reading, { ...keyed, limit: LOOKED_AT_ONCE });
  const entries: JournalEntry[] = [];
  let lookedUpTo: JournalEntry | undefined;
  for (
    let page = first, looked = 0;
    ;
    page = await readJournal(reading, { ...keyed, before: lookedUpTo, limit: LOOKED_AT_ONCE })
  ) {
    entries.push(...page.entries.filter(({ lines }) => lines.some((line) => line.currency === currency)));
    looked += page.entries.length;
    lookedUpTo = page.entries.length < LOOKED_AT_ONCE ? undefined : page.entries.at(-1);
    if (!lookedUpTo || entries.length >= limit || looked >= LOOKED_AT_MAX) {
      return { live: page.live, checkpoints: first.checkpoints, entries: entries.slice(0, limit), lookedUpTo };
    }
  }
}
