/** What all problems of one code have in common, in words for a caller. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
  /** What has happened, in one or two sentences. */
  readonly meaning: string;
  /** What the caller should do, in one or two sentences. */
  readonly remedy: string;
}
