import { DEPOSITS, INVALID, LIMITS, post, shown, TRANSFERS, WITHDRAWALS, type BadRequest } from './bad-request.js';

const NO_AMOUNTS = [
  ...[
    '',
    ' ',
    '1 ',
    ' 1',
    '+1',
    '1e3',
    '1E3',
    '1e-3',
    '0x10',
    '0b1',
    '0o7',
    '1_000',
    '1,000',
    '1,00',
    "1'000",
    '1 000',
  ],
  ...['1.', '.5', '-', '-.5', '--1', '1-', '1.2.3', '007', '00.1', '-01', '1/2', '½', '∞', '٣', '１', '𝟏', 'Ⅳ', '1\n'],
  ...[
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    'true',
    'one',
    '10.00EUR',
    'EUR 10',
    '€10',
    '$1',
    '(1)',
    '1%',
    '1;2',
    '1\u200b',
  ],
];
const NO_STRINGS = [10, 10.5, -1, 0, 1e300, null, true, false, [], ['1.00'], {}, { amount: '1.00' }, undefined];

/** The endpoints that take an amount, and the body with it. */
const ENDPOINTS: readonly (readonly [path: string, body: (amount: unknown) => object])[] = [
  [DEPOSITS, (amount) => ({ amount, currency: 'EUR' })],
  [WITHDRAWALS, (amount) => ({ amount, currency: 'EUR' })],
  [LIMITS, (overdraft) => ({ overdraft, currency: 'EUR' })],
  [TRANSFERS, (amount) => ({ from: 'w', to: 'v', amount, currency: 'EUR' })],
  [TRANSFERS, (amount) => ({ legs: [{ from: 'w', to: 'v', amount, currency: 'EUR' }] })],
];

const NO_CURRENCIES = [
  ...['', ' ', 'E', 'EU', 'eur', 'Eur', 'EURO', 'EUR ', ' EUR', '€', 'XXX', 'XTS', 'XAU', '978', 'BTC', 'NULL'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'ЕUR', "'; DROP TABLE wallets; --", 'A'.repeat(5_000)],
];

export const amounts: readonly BadRequest[] = [
  ...NO_AMOUNTS.flatMap((amount, i) => {
    // Every endpoint reads amounts by the same code: each text goes to two of them in turn.
    const some = [ENDPOINTS[i % ENDPOINTS.length]!, ENDPOINTS[(i + 2) % ENDPOINTS.length]!];
    return some.map(([path, body]) => post(`amount ${shown(amount)}`, path, body(amount), [400, 'malformed_amount']));
  }),
  ...ENDPOINTS.flatMap(([path, body]) => [
    ...NO_STRINGS.map((amount) => post(`amount ${shown(amount)}`, path, body(amount), INVALID)),
    ...['-0', '-0.00'].map((amount) => post(`amount ${amount}`, path, body(amount), [400, 'negative_zero'])),
    ...['1.000', '0.001', '-1.999', `0.${'0'.repeat(50)}1`].map((amount) =>
      post(`amount ${shown(amount)}`, path, body(amount), [422, 'too_many_fraction_digits']),
    ),
    ...['1'.repeat(31), `-${'9'.repeat(40)}`, '9'.repeat(10_000)].map((amount) =>
      post(`amount of ${amount.length} characters`, path, body(amount), [422, 'too_many_digits']),
    ),
  ]),
  ...NO_CURRENCIES.map((currency) =>
    post(`currency ${shown(currency)}`, DEPOSITS, { amount: '1', currency }, [400, 'unknown_currency']),
  ),
  ...[null, 978, true, [], ['EUR'], {}, undefined].map((currency) =>
    post(`currency ${shown(currency)}`, WITHDRAWALS, { amount: '1', currency }, INVALID),
  ),
  ...ENDPOINTS.flatMap(([path, body]) => {
    const given = (availableAtLeast: unknown) => ({ ...body('1.00'), availableAtLeast });
    return [
      ...[null, '10.00', [], {}, { amount: '1.00' }, { currency: 'EUR' }, { amount: 1, currency: 'EUR' }].map((least) =>
        post(`availableAtLeast ${shown(least)}`, path, given(least), INVALID),
      ),
      post('availableAtLeast with more', path, given({ amount: '1', currency: 'EUR', of: 'w' }), INVALID),
      post('availableAtLeast no amount', path, given({ amount: '1,00', currency: 'EUR' }), [400, 'malformed_amount']),
      post('availableAtLeast in no currency', path, given({ amount: '1', currency: 'XXX' }), [400, 'unknown_currency']),
    ];
  }),
  ...[null, '7', 0, -1, 1.5, 1e15, [7]].map((expectedVersion) =>
    post(
      `expectedVersion ${shown(expectedVersion)}`,
      TRANSFERS,
      { ...ENDPOINTS[3]![1]('1'), expectedVersion },
      INVALID,
    ),
  ),
  post('expectedVersion beside If-Match', DEPOSITS, { amount: '1', currency: 'EUR', expectedVersion: 2 }, INVALID),
  post(
    'availableAtLeast of an opening',
    '/v1/wallets',
    { availableAtLeast: { amount: '0', currency: 'EUR' } },
    INVALID,
  ),
  post('half a yen', DEPOSITS, { amount: '0.5', currency: 'JPY' }, [422, 'too_many_fraction_digits']),
];

/** Well-formed requests that the decision rejects. Only these store an outcome. */
export const rejected: readonly BadRequest[] = [
  ...['0', '0.00', '-0.01', '-1.00', `-${'9'.repeat(30)}`].flatMap((amount) =>
    ENDPOINTS.filter(([path]) => path !== LIMITS).map(([path, body]) =>
      post(`amount ${shown(amount)}`, path, body(amount), [422, 'amount_not_positive']),
    ),
  ),
  post('a negative limit', LIMITS, { overdraft: '-1.00', currency: 'EUR' }, [422, 'limit_negative']),
  ...['10.01', '9'.repeat(30)].flatMap((amount) =>
    ENDPOINTS.filter(([path]) => path !== LIMITS && path !== DEPOSITS).map(([path, body]) =>
      post(`amount ${shown(amount)}`, path, body(amount), [422, 'insufficient_funds']),
    ),
  ),
  post('another currency', WITHDRAWALS, { amount: '1.00', currency: 'USD' }, [422, 'insufficient_funds']),
  post('to itself', TRANSFERS, { from: 'w', to: 'w', amount: '1.00', currency: 'EUR' }, [422, 'same_wallet']),
  post('opened already', '/v1/wallets', { walletId: 'w' }, [409, 'wallet_already_open']),
  post('at another version', DEPOSITS, { amount: '1.00', currency: 'EUR' }, [412, 'version_mismatch'], {
    'if-match': '"7"',
  }),
  post(
    'less available',
    WITHDRAWALS,
    { amount: '1.00', currency: 'EUR', availableAtLeast: { amount: '10.01', currency: 'EUR' } },
    [412, 'available_too_low'],
  ),
  post(
    'less available in another currency',
    LIMITS,
    { overdraft: '1', currency: 'EUR', availableAtLeast: { amount: '1', currency: 'USD' } },
    [412, 'available_too_low'],
  ),
  post(
    'source at another version',
    TRANSFERS,
    { from: 'w', to: 'v', amount: '1', currency: 'EUR', expectedVersion: 7 },
    [412, 'version_mismatch'],
  ),
  post('nobody receives', TRANSFERS, { from: 'w', to: 'nobody', amount: '1', currency: 'EUR' }, [
    404,
    'wallet_not_found',
  ]),
  post('nobody sends', TRANSFERS, { from: 'nobody', to: 'w', amount: '1', currency: 'EUR' }, [404, 'wallet_not_found']),
  ...['deposits', 'withdrawals'].map((what) =>
    post(`${what} of nobody`, `/v1/wallets/nobody/${what}`, { amount: '1.00', currency: 'EUR' }, [
      404,
      'wallet_not_found',
    ]),
  ),
];
