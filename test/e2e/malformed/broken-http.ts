/** Bytes that are no valid HTTP request, and the expected answer. */
export interface BrokenHttp {
  readonly name: string;
  readonly bytes: string;
  readonly status: number;
  readonly code: string;
}

const HEAD =
  'POST /v1/wallets/w/deposits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: raw\r\n';

const NO_REQUESTS: readonly (readonly [string, string])[] = [
  ['words', 'hello, is this a wallet?\r\n\r\n'],
  ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['an unknown method', 'STEAL /v1/wallets HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a method in small letters', 'get /v1/wallets HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['no version', 'GET /v1/wallets\r\n\r\n'],
  ['HTTP/9.9', 'GET /v1/wallets HTTP/9.9\r\nHost: localhost\r\n\r\n'],
  ['no path', 'GET  HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['no host', 'GET /v1/wallets HTTP/1.1\r\n\r\n'],
  ['a header without a colon', 'GET /v1/wallets HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n'],
  ['a header name with a blank', 'GET /v1/wallets HTTP/1.1\r\nHost: localhost\r\nAccept : */*\r\n\r\n'],
  ['a NUL in a header', 'GET /v1/wallets HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\u0000b\r\n\r\n'],
  ['a length that is no number', `${HEAD}Content-Length: ten\r\n\r\n{}`],
  ['a negative length', `${HEAD}Content-Length: -1\r\n\r\n{}`],
  ['two lengths', `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  ['length and chunks', `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a broken chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
];

export const brokenHttp: readonly BrokenHttp[] = [
  ...NO_REQUESTS.map(([name, bytes]) => ({ name, bytes, status: 400, code: 'bad_request' })),
  {
    name: 'headers of 100 KB',
    bytes: `GET /v1/wallets HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
    status: 431,
    code: 'headers_too_large',
  },
  {
    name: 'a tunnel',
    bytes: 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n',
    status: 405,
    code: 'method_not_allowed',
  },
  {
    name: 'an expectation nobody can meet',
    bytes: 'GET /v1/wallets HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n',
    status: 417,
    code: 'expectation_failed',
  },
];
