/**
 * What one page of events may hold of their data, in bytes of UTF-8. An event has at most some 64 KB, an ordinary one 200 B: so
 * ordinary pages are bounded by their number of events, and pages of large ones stay at some tens of megabytes of heap (the text,
 * its parts, and what is decoded from them).
 */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * How many events the next page asks for. A page that its bytes cut off has made the database read events that it did not send,
 * so the next one asks for fewer, and each full page for more again.
 */
export class PageSize {
  private size: number;

  /** @param max events in a page of ordinary events */
  constructor(private readonly max: number) {
    this.size = max;
  }

  get events(): number {
    return this.size;
  }

  /** @param sent how many events came @param cut whether the bytes cut the page off */
  learn(sent: number, cut: boolean): void {
    this.size = cut ? Math.min(this.max, Math.max(1, sent * 2)) : Math.min(this.max, this.size * 2);
  }
}
