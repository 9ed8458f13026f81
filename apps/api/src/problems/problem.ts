import { PROBLEM_TYPES, type ProblemCode } from './problem-types.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** How long a caller should wait before it repeats a request that was not refused, but could not be served now. */
const RETRY_AFTER_SECONDS = 1;

/** The parts of a request that a caller writes. */
export const PLACES = ['body', 'query', 'path', 'header'] as const;
export type Place = (typeof PLACES)[number];

/** What was wrong with one field of a request. */
export interface FieldError {
  readonly place: Place;
  /** Where in it, as in `legs.0.amount`; empty: all of it. */
  readonly path: string;
  readonly message: string;
}

export interface ProblemMembers {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly FieldError[];
}

/** An error that is meant for the caller. Thrown anywhere below a controller, answered by the filter. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail one sentence about this occurrence; nothing that only we may know */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly members: ProblemMembers = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.headers = this.status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS), ...headers } : headers;
  }

  get status(): number {
    return PROBLEM_TYPES[this.code].status;
  }

  /** The body, as RFC 9457 (https://www.rfc-editor.org/rfc/rfc9457) wants it, with `code`, `details` and `errors`. */
  toBody(requestId?: string): object {
    const { status, title } = PROBLEM_TYPES[this.code];
    const { code, message: detail, members } = this;
    return { type: `/problems/${code}`, title, status, detail, code, ...members, requestId };
  }
}
