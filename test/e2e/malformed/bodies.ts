import { gzipSync } from 'node:zlib';
import {
  DEPOSITS,
  INVALID,
  LIMITS,
  MALFORMED_JSON,
  ONE_EURO,
  post,
  shown,
  TRANSFERS,
  WALLETS,
  WITHDRAWALS,
  type BadRequest,
} from './bad-request.js';

const WHOLE = '{"amount":"1.00","currency":"EUR"}';
const bytes = (...values: number[]) => Buffer.from(values);
const withBytes = (...values: number[]) =>
  Buffer.concat([Buffer.from('{"amount":"1.00","currency":"EUR","reference":"'), bytes(...values), Buffer.from('"}')]);

const NO_JSON: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['blank', '   '],
  ['cut off', WHOLE.slice(0, -1)],
  ['cut off in a string', WHOLE.slice(0, 15)],
  ['one brace', '{'],
  ['a closing brace', '}'],
  ['no value', '{"amount":}'],
  ['single quotes', "{'amount':'1.00','currency':'EUR'}"],
  ['no quotes', '{amount:"1.00",currency:"EUR"}'],
  ['a comma too many', '{"amount":"1.00","currency":"EUR",}'],
  ['a comment', `/* hello */ ${WHOLE}`],
  ['NaN', '{"amount":NaN,"currency":"EUR"}'],
  ['undefined', 'undefined'],
  ['hexadecimal', '{"amount":0x10,"currency":"EUR"}'],
  ['a leading zero', '{"amount":01,"currency":"EUR"}'],
  ['two documents', `${WHOLE}${WHOLE}`],
  ['a line break in a string', '{"amount":"1.00\n","currency":"EUR"}'],
  ['a bad escape', '{"amount":"\\x31","currency":"EUR"}'],
  ['a form', 'amount=1.00&currency=EUR'],
  ['XML', '<amount>1.00</amount>'],
  ['a byte order mark', `\ufeff${WHOLE}`],
  ['UTF-16', Buffer.from(WHOLE, 'utf16le')],
  ['gzip', gzipSync(WHOLE)],
  ['a stray byte', withBytes(0xff)],
  ['a continuation byte', withBytes(0x80)],
  ['half a character', withBytes(0xe2, 0x82)],
  ['an overlong slash', withBytes(0xc0, 0xaf)],
  ['a surrogate in UTF-8', withBytes(0xed, 0xa0, 0x80)],
  ['beyond Unicode', withBytes(0xf5, 0x80, 0x80, 0x80)],
  ['Latin-1', withBytes(0xe4)],
  ['a key twice', '{"amount":"1.00","amount":"2.00","currency":"EUR"}'],
  ['a key twice, once escaped', '{"amount":"1.00","\\u0061mount":"2.00","currency":"EUR"}'],
  ['a key twice, equal', '{"amount":"1.00","amount":"1.00","currency":"EUR"}'],
  ['a prototype', '{"amount":"1.00","currency":"EUR","__proto__":{"admin":true}}'],
  ['an escaped prototype', '{"amount":"1.00","currency":"EUR","__proto\\u005f_":{}}'],
  ['17 levels', `${'['.repeat(17)}${']'.repeat(17)}`],
  ['1,000 levels', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
  ['30,000 levels', '['.repeat(30_000)],
  ['10,000 objects', '{"a":'.repeat(10_000)],
];

const NO_OBJECTS = [
  'null',
  'true',
  '1',
  '"amount"',
  '[]',
  `[${WHOLE}]`,
  '{}',
  '{"amount":"1.00"}',
  '{"amount":1e400,"currency":"EUR"}',
];

const CONTROLS = ['\u0000', '\n', '\r', '\t', '\u001b[31m', '\u007f', '\u0085', '\ud800', 'x\udc00y'];

const NO_TIMES = [
  ...[
    '',
    ' ',
    'now',
    'yesterday',
    '2026',
    '2026-01',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00Z',
    '12:00:00Z',
  ],
  ...[
    '2026-01-31 12:00:00Z',
    '2026-01-31t12:00:00z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
  ],
  ...[
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-12-31T23:59:60Z',
  ],
  ...['2026-01-31T12:00:00+0100', '2026-01-31T12:00:00+01', '2026-01-31T12:00:00+24:00', '2026-01-31T12:00:00.Z'],
  ...[
    '1899-12-31T23:59:59Z',
    '2201-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '+002026-01-31T12:00:00Z',
  ],
  ...[
    '1900-01-01T00:00:00+01:00',
    '2026-01-31T12:00:00Z ',
    'Sat, 31 Jan 2026 12:00:00 GMT',
    '1769860800',
    '2026-W05-6T12:00:00Z',
  ],
];

const NO_METADATA = [
  ...[null, 'a', 1, true, [], ['a'], { a: 1 }, { a: null }, { a: true }, { a: {} }, { a: ['b'] }, { '': 'b' }],
  ...[{ ['k'.repeat(41)]: 'v' }, { k: 'v'.repeat(501) }, { k: 'a\nb' }, { 'a\u0000': 'b' }, { k: '\ud800' }],
  Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])),
];

const leg = { from: 'w', to: 'v', ...ONE_EURO };

export const bodies: readonly BadRequest[] = [
  ...NO_JSON.map(([name, body]) => post(name, DEPOSITS, body, MALFORMED_JSON)),
  post('64 KiB and one byte', DEPOSITS, Buffer.alloc(64 * 1024 + 1, ' '), [413, 'body_too_large']),
  post('a megabyte', WALLETS, { metadata: { a: 'x'.repeat(1024 * 1024) } }, [413, 'body_too_large']),
  ...NO_OBJECTS.map((body) => post(`body ${body}`, DEPOSITS, body, INVALID)),
  ...['pending', 'Amount', 'movementId', 'overdraft', 'wallet', 'constructor', ''].map((field) =>
    post(`the field ${shown(field)}`, DEPOSITS, { ...ONE_EURO, [field]: 'x' }, INVALID),
  ),
  post('a field of another command', LIMITS, { currency: 'EUR', overdraft: '1', amount: '1' }, INVALID),
  ...CONTROLS.flatMap((text) => [
    post(`reference ${shown(text)}`, DEPOSITS, { ...ONE_EURO, reference: text }, INVALID),
    post(`description ${shown(text)}`, TRANSFERS, { ...leg, description: text }, INVALID),
  ]),
  ...[1, null, true, [], {}, 'x'.repeat(201)].map((reference) =>
    post(`reference ${shown(reference)}`, DEPOSITS, { ...ONE_EURO, reference }, INVALID),
  ),
  ...[1, null, [], 'x'.repeat(501)].map((description) =>
    post(`description ${shown(description)}`, DEPOSITS, { ...ONE_EURO, description }, INVALID),
  ),
  ...[...NO_TIMES, null, 1_769_860_800, 0, [], {}].map((effectiveAt) =>
    post(`effectiveAt ${shown(effectiveAt)}`, DEPOSITS, { ...ONE_EURO, effectiveAt }, INVALID),
  ),
  ...['', 'Bank', 'a b', 'world', 'a:b', 'x'.repeat(41), 1, null, [], {}].flatMap((name) => [
    post(`source ${shown(name)}`, DEPOSITS, { ...ONE_EURO, source: name }, INVALID),
    post(`destination ${shown(name)}`, WITHDRAWALS, { ...ONE_EURO, destination: name }, INVALID),
  ]),
  post('a source that is not defined', DEPOSITS, { ...ONE_EURO, source: 'nowhere' }, [400, 'unknown_account']),
  ...['true', 1, null, {}].flatMap((uniqueReference) => [
    post(
      `uniqueReference ${shown(uniqueReference)}`,
      DEPOSITS,
      { ...ONE_EURO, reference: 'r', uniqueReference },
      INVALID,
    ),
    post(`uniqueReference ${shown(uniqueReference)}`, TRANSFERS, { ...leg, reference: 'r', uniqueReference }, INVALID),
  ]),
  ...NO_METADATA.map((metadata) => post(`metadata ${shown(metadata)}`, WALLETS, { metadata }, INVALID)),
  ...['', ' ', '-a', '.a', 'a b', 'a/b', 'ä', 'a\u0000', 'x'.repeat(65), 1, null, [], {}].map((walletId) =>
    post(`wallet id ${shown(walletId)}`, WALLETS, { walletId }, INVALID),
  ),
  ...['atlantis', 'LOCAL', 'local ', '__proto__', 'constructor'].map((homeRegion) =>
    post(`region ${shown(homeRegion)}`, WALLETS, { homeRegion }, [400, 'unknown_region']),
  ),
  ...['', 1, null, 'x'.repeat(65)].map((homeRegion) =>
    post(`region ${shown(homeRegion)}`, WALLETS, { homeRegion }, INVALID),
  ),
  post('legs and a leg', TRANSFERS, { ...leg, legs: [leg] }, INVALID),
  post('101 legs', TRANSFERS, { legs: Array.from({ length: 101 }, () => leg) }, INVALID),
  ...[[], {}, null, 'legs', [null], [[]], ['w'], [{}], [{ ...leg, note: 'x' }], [leg, { ...leg, to: undefined }]].map(
    (legs) => post(`legs ${shown(legs)}`, TRANSFERS, { legs }, INVALID),
  ),
  ...['from', 'to'].flatMap((side) =>
    ['', 'a b', 1, null, undefined, [], 'x'.repeat(65)].map((walletId) =>
      post(`${side} ${shown(walletId)}`, TRANSFERS, { ...leg, [side]: walletId }, INVALID),
    ),
  ),
];
