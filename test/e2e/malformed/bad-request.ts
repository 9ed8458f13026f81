import type { OutgoingHttpHeaders } from 'node:http';

/** A request that must be refused, and the expected answer. */
export interface BadRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly status: number;
  readonly code: string;
}

type Refusal = readonly [status: number, code: string];

export const INVALID: Refusal = [400, 'invalid_request'];
export const MALFORMED_JSON: Refusal = [400, 'malformed_json'];

let requests = 0;

/** A POST with one error, which would be accepted without it. Each has its own key. */
export function post(
  name: string,
  path: string,
  body: unknown,
  [status, code]: Refusal,
  headers: OutgoingHttpHeaders = {},
): BadRequest {
  const given = { 'content-type': 'application/json', 'idempotency-key': `bad-${requests++}`, ...headers };
  const text = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body);
  return { name, method: 'POST', path, headers: given, ...(text !== undefined && { body: text }), status, code };
}

export function get(path: string, [status, code]: Refusal, headers: OutgoingHttpHeaders = {}): BadRequest {
  return { name: `GET ${path.slice(0, 80)} ${JSON.stringify(headers)}`, method: 'GET', path, headers, status, code };
}

/** Any value as a short name. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 50);
}

export const DEPOSITS = '/v1/wallets/w/deposits';
export const WITHDRAWALS = '/v1/wallets/w/withdrawals';
export const LIMITS = '/v1/wallets/w/limits';
export const TRANSFERS = '/v1/transfers';
export const WALLETS = '/v1/wallets';
export const ONE_EURO = { amount: '1.00', currency: 'EUR' };
