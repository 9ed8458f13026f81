import { placeEvents, readFactsSaidBy, readFactsUnder, type FactRow } from '@tidemark/event-store';
import { factChangesOf } from '@tidemark/wallet';
import type { Report } from '../finding.js';
import type { Page, PageCheck } from '../wallets/page.js';

/** What an event of the page says under a key of its wallet. */
interface Said {
  readonly walletId: string;
  readonly version: number;
  readonly key: string;
  readonly value: string;
}

/** A fact is what the last event that said something under its key has said. */
export const factsAreSaid: PageCheck = {
  name: 'fact_is_said',
  async check(page) {
    const { audit, allRegions, slices, report } = page;
    const ranges = slices.flatMap(({ walletId, events, last, version }) => {
      const first = events[0]?.recorded.version;
      if (first === undefined && !last) return [];
      return {
        walletId,
        first: first ?? version + 1,
        last: last ? Number.MAX_SAFE_INTEGER : events.at(-1)!.recorded.version,
      };
    });
    const rows = await audit.read((reader) => readFactsSaidBy(reader, allRegions, ranges));
    const said = saidIn(page);
    const bySaid = new Map(said.map((one) => [placeOf(one), one]));
    const stored = new Set(rows.map(placeOf));
    const ends = new Map(slices.map(({ walletId, version }) => [walletId, version]));
    for (const row of rows) {
      const { value } = bySaid.get(placeOf(row)) ?? {};
      if (row.version <= ends.get(row.walletId)! && value !== row.value)
        find(row, report, `the event says ${value ?? 'nothing'}`);
    }
    await judgeAhead(
      page,
      rows.filter((row) => row.version > ends.get(row.walletId)!),
    );
    await judgeMissing(
      page,
      said.filter((one) => !stored.has(placeOf(one))),
    );
  },
};

function saidIn({ slices }: Page): Said[] {
  return slices.flatMap(({ walletId, events }) =>
    events.flatMap(({ event, recorded: { version } }) =>
      ((event && factChangesOf(event)) ?? []).map(({ key, value }) => ({ walletId, version, key, value })),
    ),
  );
}

/** A wallet may have grown since the audit's position, and its facts with it. Then the events are there by now. */
async function judgeAhead({ audit, allRegions, report }: Page, ahead: readonly FactRow[]): Promise<void> {
  if (ahead.length === 0) return;
  const wanted = ahead.flatMap(({ walletId, version }) => allRegions.map((region) => ({ region, walletId, version })));
  const places = await audit.read((reader) => placeEvents(reader, wanted));
  const there = new Set(places.map(({ walletId, version }) => `${walletId} ${version}`));
  for (const row of ahead) {
    if (!there.has(`${row.walletId} ${row.version}`)) find(row, report, 'there is no event at its version');
  }
}

/** What is not stored as it was said has to be replaced by what a later event said. */
async function judgeMissing({ audit, allRegions, report }: Page, missing: readonly Said[]): Promise<void> {
  if (missing.length === 0) return;
  const rows = await audit.read((reader) => readFactsUnder(reader, allRegions, missing));
  const latest = new Map<string, number>();
  for (const { walletId, key, version } of rows) {
    const known = latest.get(`${walletId} ${key}`) ?? 0;
    latest.set(`${walletId} ${key}`, Math.max(known, version));
  }
  for (const { walletId, key, version, value } of missing) {
    const found = latest.get(`${walletId} ${key}`) ?? 0;
    if (found > version) continue;
    const message = `the fact ${key} should be ${value}, ${found === 0 ? 'and is missing' : `and is that of version ${found}`}`;
    report({ invariant: 'fact_is_said', walletId, version, message });
  }
}

function placeOf({ walletId, version, key }: Pick<Said, 'walletId' | 'version' | 'key'>): string {
  return `${walletId} ${version} ${key}`;
}

function find({ walletId, version, region, key, value }: FactRow, report: Report, message: string): void {
  report({
    invariant: 'fact_is_said',
    walletId,
    version,
    message: `the fact ${key} in region ${region} is ${value}: ${message}`,
  });
}
