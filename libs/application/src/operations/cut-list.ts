/** The beginning of a list that is not turned page by page. */
export interface CutList<Entry> {
  readonly entries: readonly Entry[];
  /** Whether there are more than these. */
  readonly more: boolean;
}

/** Cuts off the entry that was read only to know whether there are more. */
export function cutOff<Entry>(read: readonly Entry[], limit: number): CutList<Entry> {
  return { entries: read.slice(0, limit), more: read.length > limit };
}
