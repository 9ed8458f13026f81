import { DEPOSITS, get, INVALID, ONE_EURO, post, shown, TRANSFERS, WALLETS, type BadRequest } from './bad-request.js';

const IDS = [
  '.',
  '..%2F',
  '-a',
  '_a',
  'a%20b',
  'a%00',
  'a%2Fb',
  '%C3%A4',
  '%F0%9F%98%80',
  'a%27b',
  'a;b',
  'a,b',
  'x'.repeat(65),
];
const TYPES = [
  ...[
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ],
  ...[
    'application/jsonp',
    'application/vnd.api+json',
    'application/json-patch+json',
    'application/',
    'json',
    '*/*',
    ';',
  ],
  ...['application/json; charset=latin1', 'application/json;charset=utf-16', 'application/json; charset="iso-8859-1"'],
  `application/json; charset=utf-8${' '.repeat(15_000)}x`,
];
const TAGS = [
  '*',
  '1',
  '""',
  '"0"',
  '"-1"',
  '"1.5"',
  '"01"',
  '"two"',
  'W/"2"',
  '"2", "3"',
  '"2',
  '"99999999999999999999"',
];
const CURSORS = [
  ...[
    'x',
    '!!!',
    'AAAA',
    'null',
    'W10',
    'e30',
    'bnVsbA',
    'WzEsMiwzXQ',
    'x'.repeat(513),
    'YQ==',
    'WyJ3YWxsZXRzICIsIjEi',
  ],
  Buffer.from('["wallets ","1","a","b"]').toString('base64url'),
  Buffer.from('["wallets ","1",null]').toString('base64url'),
];
const versionCursor = (list: string, after: string) =>
  Buffer.from(JSON.stringify([list, 'log', after])).toString('base64url');

const paths: readonly BadRequest[] = [
  ...IDS.map((id) => get(`/v1/wallets/${id}`, INVALID)),
  ...IDS.map((id) => post(`wallet ${id}`, `/v1/wallets/${id}/deposits`, ONE_EURO, INVALID)),
  ...['%', '%zz', '%E0%A4%A', '%FF'].map((id) => get(`/v1/wallets/${id}`, [400, 'bad_request'])),
  get(`/v1/wallets/${'x'.repeat(300)}`, [414, 'uri_too_long']),
  ...['nobody', 'W', 'w.', '0'].map((id) => get(`/v1/wallets/${id}`, [404, 'wallet_not_found'])),
  ...['/', '/v1', '/v2/wallets', '/v1/wallet', '/v1//wallets', '/v1/wallets/w/nothing', '/v1/wallets/w/deposits/1'].map(
    (path) => get(path, [404, 'not_found']),
  ),
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS'].flatMap((method) =>
    [WALLETS, '/v1/wallets/w', DEPOSITS, TRANSFERS].map((path) => ({
      ...get(path, [405, 'method_not_allowed']),
      name: `${method} ${path}`,
      method,
    })),
  ),
  post('on a wallet', '/v1/wallets/w', ONE_EURO, [405, 'method_not_allowed']),
  post('on a list', '/v1/wallets/w/events', ONE_EURO, [405, 'method_not_allowed']),
  post('on health', '/health/live', {}, [405, 'method_not_allowed']),
  // No handler reads the body of such a request.
  post('no JSON', '/v1/nothing', '{', [404, 'not_found']),
  post('no JSON', '/v1/wallets/w', '{', [405, 'method_not_allowed']),
  post('a text', '/nothing', 'hello', [404, 'not_found'], { 'content-type': 'text/plain' }),
  get(TRANSFERS, [405, 'method_not_allowed']),
  get(DEPOSITS, [405, 'method_not_allowed']),
];

const headers: readonly BadRequest[] = [
  ...TYPES.map((type) => post(type, DEPOSITS, ONE_EURO, [415, 'unsupported_media_type'], { 'content-type': type })),
  post('no content type', DEPOSITS, JSON.stringify(ONE_EURO), [415, 'unsupported_media_type'], {
    'content-type': undefined,
  }),
  post('neither type nor body', DEPOSITS, undefined, INVALID, { 'content-type': undefined }),
  post('no key', DEPOSITS, ONE_EURO, [400, 'idempotency_key_missing'], { 'idempotency-key': undefined }),
  post('no key for a wallet', WALLETS, {}, [400, 'idempotency_key_missing'], { 'idempotency-key': undefined }),
  post('an empty key', DEPOSITS, ONE_EURO, [400, 'idempotency_key_missing'], { 'idempotency-key': '' }),
  ...['a b', 'a\tb', 'é', '\u00a0', 'x'.repeat(256), 'x'.repeat(5_000)].map((key) =>
    post(`key ${shown(key)}`, DEPOSITS, ONE_EURO, [400, 'idempotency_key_malformed'], { 'idempotency-key': key }),
  ),
  post('two keys', DEPOSITS, ONE_EURO, [400, 'idempotency_key_malformed'], { 'idempotency-key': ['a', 'b'] }),
  ...TAGS.map((tag) => post(`If-Match ${tag}`, DEPOSITS, ONE_EURO, [400, 'if_match_malformed'], { 'if-match': tag })),
  post('If-Match', WALLETS, {}, [400, 'if_match_unsupported'], { 'if-match': '"1"' }),
  post('If-Match', TRANSFERS, { from: 'w', to: 'v', ...ONE_EURO }, [400, 'if_match_unsupported'], {
    'if-match': '"2"',
  }),
  ...['application/xml', 'text/html', 'image/*', 'application/json;q=0', 'text/csv', 'nonsense'].flatMap((accept) => [
    get('/v1/wallets/w', [406, 'not_acceptable'], { accept }),
    post(`Accept ${accept}`, DEPOSITS, ONE_EURO, [406, 'not_acceptable'], { accept }),
  ]),
  get('/v1/wallets/w/statement', [406, 'not_acceptable'], { accept: 'application/msword' }),
];

const lists = ['/v1/wallets', '/v1/wallets/w/events', '/v1/wallets/w/statement'];

const projected = ['/v1/wallets', '/v1/wallets/w/statement', '/v1/journal', '/v1/trial-balance', '/v1/daily-totals'];

const queries: readonly BadRequest[] = [
  ...projected.flatMap((list) =>
    ['fresh', 'strong', 'Eventual', '', 'eventual&consistency=eventual'].map((consistency) =>
      get(`${list}?consistency=${consistency}`, INVALID),
    ),
  ),
  get('/v1/wallets/w/events?consistency=eventual', INVALID),
  ...lists.flatMap((list) => [
    ...['', '0', '-1', '+5', '201', '1000', '1.5', '1e2', '0x5', 'ten', '%00', '999999999999999999999', '5%20'].map(
      (limit) => get(`${list}?limit=${limit}`, INVALID),
    ),
    ...['limit=1&limit=2', 'limit[]=1', 'offset=1', 'Limit=1', '__proto__=1', 'constructor=1', 'cursor='].map((query) =>
      get(`${list}?${query}`, INVALID),
    ),
    ...CURSORS.map((cursor) => get(`${list}?cursor=${cursor}`, [400, 'invalid_cursor'])),
  ]),
  ...['-1', '0', '1.5', 'x', '', '99999999999999999999'].map((after) =>
    get(`/v1/wallets/w/events?cursor=${versionCursor('events w', after)}`, [400, 'invalid_cursor']),
  ),
  get(`/v1/wallets/w/events?cursor=${versionCursor('events v', '1')}`, [400, 'invalid_cursor']),
  ...['', '0', '1', 'now', '-1', '00000000000000000042x', '0x1'].flatMap((position) => [
    get(`/v1/wallets?minPosition=${position}`, INVALID),
    get(`/v1/wallets/w/statement?minPosition=${position}`, INVALID),
  ]),
  ...[
    ...[
      'order=up',
      'order=',
      'by=day',
      'by=booking&by=effective',
      'format=xls',
      'format=',
      'reference=',
      'reference=%00',
    ],
    ...[`reference=${'x'.repeat(201)}`, 'from=yesterday', 'from=2026-01-31', 'to=', 'from[]=2026-01-31T00:00:00Z'],
    'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
    ...['format=pdf&limit=5', 'format=pdf&cursor=x'],
  ].map((query) => get(`/v1/wallets/w/statement?${query}`, INVALID)),
  ...['', '%25', 'a%20b', 'ä', 'x'.repeat(65)].map((prefix) => get(`/v1/wallets?prefix=${encodeURI(prefix)}`, INVALID)),
  ...['', '0', '-1', '1.5', '01', 'latest', '2026-01-31', '2026-01-31T12:00:00', '2026-02-30T00:00:00Z', '1%002'].map(
    (at) => get(`/v1/wallets/w?at=${at}`, INVALID),
  ),
  get('/v1/wallets/w?at=3', [404, 'version_not_found']),
  get('/v1/wallets/w?at=999999999999999', [404, 'version_not_found']),
  get('/v1/wallets/w?at=1999-12-31T23:59:59Z', [404, 'wallet_not_found']),
  ...['at=1&at=2', 'at=1&consistency=eventual', 'consistency=strong', 'consistency=', 'fresh=true', 'at[]=1'].map(
    (query) => get(`/v1/wallets/w?${query}`, INVALID),
  ),
  ...['dryRun=yes', 'dryRun', 'dryRun=true&dryRun=true', 'a=b', '__proto__=1'].flatMap((query) =>
    [DEPOSITS, TRANSFERS, WALLETS].map((path) => post(`?${query}`, `${path}?${query}`, bodyFor(path), INVALID)),
  ),
];

function bodyFor(path: string): object {
  if (path === WALLETS) return {};
  return path === TRANSFERS ? { from: 'w', to: 'v', ...ONE_EURO } : ONE_EURO;
}

export const requests: readonly BadRequest[] = [...paths, ...headers, ...queries];
