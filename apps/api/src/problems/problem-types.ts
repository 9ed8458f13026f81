import type { RejectionCode } from '@tidemark/wallet';
import { MONEY_TYPES } from './money-types.js';
import { REJECTION_TYPES } from './rejection-types.js';
import { REQUEST_TYPES } from './request-types.js';
import { SERVICE_TYPES } from './service-types.js';

/**
 * Every problem that this API answers with. The codes are promises to callers. `/problems/{code}`, the table in
 * docs/errors.md and the enum in `/openapi.json` follow from here.
 */
export const PROBLEM_TYPES = { ...REJECTION_TYPES, ...MONEY_TYPES, ...REQUEST_TYPES, ...SERVICE_TYPES } as const;

export type ProblemCode = keyof typeof PROBLEM_TYPES;

export const PROBLEM_CODES = Object.keys(PROBLEM_TYPES) as [ProblemCode, ...ProblemCode[]];

/** Whether a wallet answers with this code. The answer is stored under the key, and a repeat gets it again. */
export function isRejection(code: ProblemCode): code is RejectionCode {
  return code in REJECTION_TYPES;
}
