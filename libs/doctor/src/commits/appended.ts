import type { CommitRow, EventKey } from '@tidemark/event-store';

/** Versions that one commit may name of one wallet: a flush holds some hundred commands of at most 200 events each. */
const RANGE_MAX = 100_000;

/** A run of versions of one wallet that one commit appended in one region. */
export interface EventRange {
  readonly region: string;
  readonly walletId: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
}

/** The events that a commit names; undefined where it cannot be read, or names more than a flush can hold. */
export function rangesOf({ region, appended }: CommitRow): EventRange[] | undefined {
  try {
    const ranges = (JSON.parse(appended) as unknown[]).map((entry): EventRange => {
      const [walletId, firstVersion, lastVersion] = entry as [unknown, unknown, unknown];
      if (typeof walletId !== 'string' || !isVersion(firstVersion) || !isVersion(lastVersion)) throw new Error();
      if (lastVersion < firstVersion || lastVersion - firstVersion >= RANGE_MAX) throw new Error();
      return { region, walletId, firstVersion, lastVersion };
    });
    return ranges;
  } catch {
    return undefined;
  }
}

/** Every version of a range. */
export function keysOf({ region, walletId, firstVersion, lastVersion }: EventRange): EventKey[] {
  return Array.from({ length: lastVersion - firstVersion + 1 }, (_, i) => ({
    region,
    walletId,
    version: firstVersion + i,
  }));
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
