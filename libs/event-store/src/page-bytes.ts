/**
 * What one page of events may hold of their data, in bytes of UTF-8. An event has at most some 64 KB, an ordinary one 200 B: so
 * ordinary pages are bounded by their number of events, and pages of large ones stay at some tens of megabytes of heap (the text,
 * its parts, and what is decoded from them).
 */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * How many events the next page asks for: as many again as did not fit, where half of the bytes are used up, so that a run of
 * large events is not read in vain page after page.
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

  /** @param page number of events and bytes that the last read returned */
  learn({ events, bytes }: { readonly events: number; readonly bytes: number }): void {
    this.size =
      bytes > PAGE_BYTES_MAX / 2 ? Math.min(this.max, Math.max(1, events)) : Math.min(this.max, this.size * 2);
  }
}
