import { rejectionDefinitions, type RejectionCode, type RejectionKind } from '@tidemark/wallet';
import type { ProblemType } from './problem-type.js';

/** 422 where the request is well-formed and the rules of money forbid it. */
const STATUS_OF = { not_found: 404, conflict: 409, condition: 412, refused: 422 } as const satisfies Record<
  RejectionKind,
  number
>;

/** The rejections that the capabilities declare. */
export const REJECTION_TYPES = Object.fromEntries(
  rejectionDefinitions().map(({ code, kind, title, meaning, remedy }) => [
    code,
    { status: STATUS_OF[kind], title, meaning, remedy },
  ]),
) as Record<RejectionCode, ProblemType>;
