import type { MoneyErrorCode } from '@tidemark/money';
import type { RejectionCode } from '@tidemark/wallet';

/** What all problems of one code have in common. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
}

/** Why a wallet said no. 422 where the request is well-formed and the rules of money forbid it. */
const REJECTIONS = {
  wallet_not_found: { status: 404, title: 'No such wallet' },
  wallet_already_open: { status: 409, title: 'The wallet is open already' },
  version_mismatch: { status: 412, title: 'The wallet is at another version' },
  amount_not_positive: { status: 422, title: 'The amount is not positive' },
  limit_negative: { status: 422, title: 'The limit is negative' },
  same_region: { status: 422, title: 'The wallet lives in that region already' },
  same_wallet: { status: 422, title: 'Both sides are the same wallet' },
  too_many_currencies: { status: 422, title: 'The wallet holds too many currencies' },
  insufficient_funds: { status: 422, title: 'Not enough money' },
} as const satisfies Record<RejectionCode, ProblemType>;

/** Why an amount cannot be read. 400 where it is no amount at all, 422 where it is one that cannot be booked. */
const MONEY = {
  not_a_string: { status: 400, title: 'An amount is a string' },
  malformed_amount: { status: 400, title: 'Not an amount' },
  negative_zero: { status: 400, title: 'A negative zero' },
  malformed_currency: { status: 400, title: 'Not a currency' },
  malformed_ratio: { status: 400, title: 'Not a ratio' },
  unknown_currency: { status: 400, title: 'No such currency' },
  too_many_fraction_digits: { status: 422, title: 'More fraction digits than the currency has' },
  too_many_digits: { status: 422, title: 'Too many digits' },
  currency_mismatch: { status: 422, title: 'Two currencies do not mix' },
} as const satisfies Record<MoneyErrorCode, ProblemType>;

const HTTP = {
  bad_request: { status: 400, title: 'The request is malformed' },
  invalid_request: { status: 400, title: 'The request does not have the expected form' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  idempotency_key_missing: { status: 400, title: 'The header Idempotency-Key is missing' },
  idempotency_key_malformed: { status: 400, title: 'The header Idempotency-Key is malformed' },
  if_match_malformed: { status: 400, title: 'The header If-Match is malformed' },
  if_match_unsupported: { status: 400, title: 'This command takes no If-Match' },
  invalid_cursor: { status: 400, title: 'The cursor is not valid' },
  unknown_region: { status: 400, title: 'No such region' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  foreign_host: { status: 403, title: 'Without API keys only this machine may ask' },
  foreign_origin: { status: 403, title: 'Without API keys no page of another host may ask' },
  insufficient_scope: { status: 403, title: 'The API key may not do this' },
  not_found: { status: 404, title: 'Nothing is here' },
  projection_not_found: { status: 404, title: 'No such projection' },
  operation_not_found: { status: 404, title: 'No such operation' },
  generation_not_found: { status: 404, title: 'The projection has no such generation' },
  certificate_not_found: { status: 404, title: 'The generation has no certificate' },
  version_not_found: { status: 404, title: 'The wallet has no such version' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  not_acceptable: { status: 406, title: 'No representation that is acceptable' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  body_too_large: { status: 413, title: 'The body is too large' },
  uri_too_long: { status: 414, title: 'The path is too long' },
  unsupported_media_type: { status: 415, title: 'The body is not application/json' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something is broken here' },
  queue_full: { status: 503, title: 'Too many commands are waiting' },
  log_unavailable: { status: 503, title: 'The log cannot be written' },
  outcome_unknown: { status: 503, title: 'Whether the command stands is not known yet' },
  newer_version_needed: { status: 503, title: 'A newer Tidemark wrote this wallet' },
  projection_behind: { status: 503, title: 'The list is not up to date yet' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
  not_ready: { status: 503, title: 'The service is not ready' },
  shutting_down: { status: 503, title: 'The service is shutting down' },
} as const satisfies Record<string, ProblemType>;

/** Every problem that this API answers with. The codes are promises to callers. */
export const PROBLEM_TYPES = { ...REJECTIONS, ...MONEY, ...HTTP } as const;

export type ProblemCode = keyof typeof PROBLEM_TYPES;
