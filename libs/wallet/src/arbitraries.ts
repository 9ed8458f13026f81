import { currency, Money } from '@tidemark/money';
import fc from 'fast-check';
import type { AnyField, Fields } from './declaring/field.js';
import { commandDefinitions, eventDefinitions, type WalletCommand, type WalletEvent } from './declared.js';
import { FEES, NOW } from './given-when-then.js';
import type { Wallet } from './wallet.js';

// Generated tests: what any event and any command may look like follows from their fields.

/** One scale for each code, as the currency table guarantees. */
export const CURRENCIES = [currency('EUR', 2), currency('JPY', 0), currency('ETH', 18)];

/** The wallets that commands are about: few, so that commands meet. One more id is never opened. */
export const IDS: readonly string[] = ['a', 'b', 'c'];
const NOBODY = 'nobody';

/** The largest amount that `Money.of` reads in 18 fraction digits: 30 digits before the point. */
const UNITS_MAX = 10n ** 48n - 1n;

/** Whole minor units, the arithmetic that properties are checked with. */
export const unitsOf = (money: Money): bigint => BigInt(money.toString().replace('.', ''));

function moneyOf(units: bigint, { code, scale }: (typeof CURRENCIES)[number]): Money {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return Money.fromCanonical(units < 0n ? `-${text}` : text, code);
}

const money = (min: bigint, max: bigint, of = fc.constantFrom(...CURRENCIES)): fc.Arbitrary<Money> =>
  fc.tuple(fc.bigInt({ min, max }), of).map(([units, one]) => moneyOf(units, one));

// Mostly small and positive; rarely zero, negative, or as large as amounts get.
const upTo = (most: bigint) =>
  fc.oneof(
    { weight: 30, arbitrary: money(1n, most) },
    { weight: 2, arbitrary: money(-2n, 0n) },
    { weight: 1, arbitrary: money(1n, UNITS_MAX) },
  );

const text = fc.string({ unit: 'binary', maxLength: 12 });
const metadata = fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true });
/** A few come often, so that commands meet a reference again. */
const reference = fc.oneof(text, fc.constantFrom('r1', 'r2'));
const details = fc.record(
  { reference, description: text, effectiveAt: text },
  { noNullPrototype: true, requiredKeys: [] },
);
/** Commands are an hour apart, so some of these have passed when they are met. */
const instant = fc.nat({ max: 90 }).map((hours) => hoursAfter(hours));

/** The recorded time of a command that is some hours after the first. */
export function hoursAfter(hours: number): string {
  // Parses and writes a fixed time; reads no clock.
  // eslint-disable-next-line no-restricted-globals
  return new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
}

const openedId = fc.constantFrom(...IDS);
const anyId = fc.oneof({ weight: 30, arbitrary: openedId }, { weight: 1, arbitrary: fc.constant(NOBODY) });

/** How each kind of field is drawn. A kind that is missing here fails the first test that meets it. */
interface Drawing {
  readonly amount: fc.Arbitrary<Money>;
  readonly walletId: fc.Arbitrary<string>;
  /** Derived ids, few, so that a command meets what an earlier one made. */
  readonly id: fc.Arbitrary<string>;
  readonly region: fc.Arbitrary<string>;
}

function valueOf(field: AnyField, drawing: Drawing): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'walletId':
      return drawing.walletId;
    case 'region':
      return drawing.region;
    case 'money':
      return drawing.amount;
    case 'id':
      return drawing.id;
    case 'outsideAccount':
      return fc.constantFrom('bank-a', 'card-processor');
    case 'instant':
      return instant;
    case 'class':
      return fc.constantFrom('customer', 'fees');
    case 'name':
      return fc.constantFrom('l1', 'l2');
    case 'timeZone':
      return fc.constantFrom('UTC', 'Europe/Prague', 'America/New_York');
    case 'count':
      return fc.integer({ min: 1, max: 5 });
    case 'text':
      return text;
    case 'feeName':
      return fc.constantFrom('cent', 'yen', 'wei', ...FEES.keys(), 'unknown');
    case 'decimal':
      return fc.constant('1.00');
    case 'flag':
      return fc.constant(true);
    case 'metadataPatch':
      return fc.dictionary(text, fc.option(text), { minKeys: 1, maxKeys: 3, noNullPrototype: true });
    case 'details':
      return details;
    case 'metadata':
      return metadata;
    case 'literal':
      return fc.constantFrom(...field.values!);
    case 'optional':
      return valueOf(field.of as AnyField, drawing);
    case 'party':
      return fc.oneof(
        { weight: 9, arbitrary: drawing.walletId },
        { weight: 1, arbitrary: fc.constant({ outside: 'world' }) },
      );
    case 'list':
      return fc.array(recordOf(field.of as Fields, drawing).map(withWallet), {
        minLength: 1,
        maxLength: 4,
        size: 'max',
      });
    default:
      throw new Error(`arbitraries.ts does not draw fields of the kind ${field.kind}`);
  }
}

/** One end of a leg is a wallet, as the body of a transfer makes sure. */
function withWallet(leg: Record<string, unknown>): Record<string, unknown> {
  return typeof leg['from'] === 'string' || typeof leg['to'] === 'string' ? leg : { ...leg, to: IDS[0] };
}

// Records have the prototype of ordinary objects, or strict equality would tell them from what the code makes. A field that
// may be left out is given one time in five: most of them lead away from the plain case.
function recordOf(fields: Fields, drawing: Drawing, more: Record<string, fc.Arbitrary<unknown>> = {}) {
  const model = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const value = valueOf(field, drawing);
      if (!field.optional) return [name, value];
      return [name, fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })];
    }),
  );
  return fc
    .record({ ...model, ...more }, { noNullPrototype: true })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
}

const ANYTHING: Drawing = { amount: money(-UNITS_MAX, UNITS_MAX), walletId: text, id: text, region: text };
// What is spent is smaller than what is brought, so that some of it is accepted and some is not.
const SPENT: Drawing = {
  amount: upTo(60n),
  walletId: anyId,
  id: fc.constantFrom('i1', 'i2'),
  region: fc.constantFrom('local', 'eu-east', 'eu-west'),
};
const BROUGHT: Drawing = { ...SPENT, amount: upTo(200n) };

/** How often a command is drawn, where it is not once, and what with. */
const MIX: Readonly<Record<string, { readonly weight: number; readonly drawing: Drawing }>> = {
  OpenWallet: { weight: 1, drawing: { ...SPENT, walletId: openedId } },
  ChangeOverdraftLimit: { weight: 2, drawing: { ...SPENT, amount: money(-5n, 60n) } },
  Deposit: { weight: 16, drawing: BROUGHT },
  Withdraw: { weight: 5, drawing: SPENT },
  Transfer: { weight: 12, drawing: SPENT },
  PlaceHold: { weight: 10, drawing: SPENT },
  CaptureHold: { weight: 8, drawing: SPENT },
  ReverseMovement: { weight: 10, drawing: SPENT },
  VoidHold: { weight: 2, drawing: SPENT },
  ExtendHold: { weight: 3, drawing: SPENT },
  ExpireHold: { weight: 14, drawing: SPENT },
  SettleDeposit: { weight: 4, drawing: SPENT },
  SettleWithdrawal: { weight: 6, drawing: SPENT },
  FailDeposit: { weight: 2, drawing: SPENT },
  FailWithdrawal: { weight: 3, drawing: SPENT },
  ExpireMovement: { weight: 8, drawing: SPENT },
  Archive: { weight: 3, drawing: SPENT },
  Close: { weight: 2, drawing: SPENT },
  Merge: { weight: 1, drawing: SPENT },
  Freeze: { weight: 1, drawing: SPENT },
  Unfreeze: { weight: 2, drawing: SPENT },
};

const expectedVersion = fc.nat({ max: 12 });

export const command: fc.Arbitrary<WalletCommand> = fc.oneof(
  ...commandDefinitions().map(({ type, fields, derives, opens }) => {
    const { weight, drawing } = MIX[type] ?? { weight: 1, drawing: SPENT };
    const ids = Object.keys(derives).filter((name) => !(name in fields));
    const fixed = { type: fc.constant(type), ...Object.fromEntries(ids.map((name) => [name, drawing.id])) };
    const plain = recordOf(fields, drawing, fixed);
    // A version is rarely right: conditions would stop most commands.
    const conditional = fc.oneof(
      recordOf(fields, drawing, { ...fixed, expectedVersion }),
      recordOf(fields, drawing, { ...fixed, availableAtLeast: drawing.amount }),
    );
    const arbitrary = opens ? plain : fc.oneof({ weight: 9, arbitrary: plain }, { weight: 1, arbitrary: conditional });
    return { weight, arbitrary: arbitrary as unknown as fc.Arbitrary<WalletCommand> };
  }),
);

/** Wallets that are open, and what is then done to them. */
export const commands: fc.Arbitrary<readonly WalletCommand[]> = fc
  // Without the size, fast-check makes them 5 long on average: too short for a transfer to find funds.
  .array(command, { maxLength: 80, size: 'max' })
  .map((later) => [
    ...IDS.map((walletId) => ({ type: 'OpenWallet' as const, walletId, homeRegion: 'local', metadata: {} })),
    ...later,
  ]);

/** Any event the codec may meet, whatever a decision would say of it. */
export const event: fc.Arbitrary<WalletEvent> = fc.oneof(
  ...eventDefinitions().map(
    ({ type, fields }) =>
      recordOf(fields, ANYTHING, { type: fc.constant(type) }) as unknown as fc.Arbitrary<WalletEvent>,
  ),
);

const balance = (of: (typeof CURRENCIES)[number]) =>
  fc.record(
    {
      posted: money(-UNITS_MAX, UNITS_MAX, fc.constant(of)),
      overdraftLimit: money(0n, UNITS_MAX, fc.constant(of)),
    },
    { noNullPrototype: true },
  );
const balances = fc
  .shuffledSubarray(CURRENCIES)
  .chain((held) => fc.tuple(...held.map((of) => balance(of).map((one) => [of.code, one] as const))))
  .map((entries) => Object.fromEntries(entries));

/** Any open wallet, whatever its history may have been. */
export const openWallet: fc.Arbitrary<Wallet> = fc.record(
  { status: fc.constant('open' as const), version: fc.nat(), homeRegion: text, balances },
  { noNullPrototype: true },
);
