import { readRegionEvents, readWalletVersions, type RecordedEvent } from '@tidemark/event-store';
import type { Scope } from '../scope.js';

/**
 * Events in memory at once, some 1 KB each with what is known of them, twice: a page is judged while the next is read. Of large
 * events as many as `PAGE_BYTES_MAX` allows.
 */
export const EVENTS_AT_ONCE = 4_000;

/** The events of a region up to the audit's position, in the order of their keys, a page at a time. */
export function regionRows({ audit, signal }: Scope, region: string): AsyncGenerator<RecordedEvent[]> {
  const page = (after: { walletId: string; version: number }) =>
    audit.read((reader) => readRegionEvents(reader, { region, after, upTo: audit.position, limit: EVENTS_AT_ONCE }));
  return readAhead(page, { walletId: '', version: 0 }, (events) => events.length === 0, signal);
}

/** The events of the one wallet that was asked for up to the audit's position, wherever they are, a page at a time. */
export async function* walletRows({ audit, allRegions, walletId, signal }: Scope): AsyncGenerator<RecordedEvent[]> {
  const page = ({ version: after }: { version: number }) =>
    audit.read((reader) =>
      readWalletVersions(reader, { regions: allRegions, walletId: walletId!, after, limit: EVENTS_AT_ONCE }),
    );
  const judged = (events: readonly RecordedEvent[]) => events.filter(({ position }) => position <= audit.position);
  const isLast = (events: readonly RecordedEvent[]) => judged(events).length === 0;
  for await (const events of readAhead(page, { walletId: walletId!, version: 0 }, isLast, signal)) yield judged(events);
}

/** Prefetches one page: reading and checking take about the same time. */
async function* readAhead<Cursor>(
  page: (after: Cursor | RecordedEvent) => Promise<RecordedEvent[]>,
  start: Cursor,
  isLast: (events: readonly RecordedEvent[]) => boolean,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent[]> {
  let next: Promise<RecordedEvent[]> | undefined = page(start);
  try {
    while (next) {
      const events: RecordedEvent[] = await next;
      signal.throwIfAborted();
      next = isLast(events) ? undefined : page(events.at(-1)!);
      if (events.length > 0) yield events;
    }
  } finally {
    await next?.catch(() => undefined); // whoever judges has stopped; nobody is left to tell
  }
}
