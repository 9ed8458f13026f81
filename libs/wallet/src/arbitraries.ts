import { currency, Money } from '@tidemark/money';
import fc from 'fast-check';
import type { Transfer, WalletCommand } from './commands.js';
import type { MovementDetails, WalletEvent } from './events.js';
import type { Wallet } from './wallet.js';

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

// Records have the prototype of ordinary objects, or strict equality would tell them from what the code makes.
const record = <R extends object, O extends object = object>(
  required: { [K in keyof R]: fc.Arbitrary<R[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> } = {} as { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<R & Partial<O>> =>
  fc.record(
    { ...required, ...optional },
    { noNullPrototype: true, requiredKeys: Object.keys(required) as never },
  ) as unknown as fc.Arbitrary<R & Partial<O>>;

const is = <const T extends string>(text: T) => fc.constant(text);
const text = fc.string({ unit: 'binary', maxLength: 12 });
const metadata = fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true });
const details: fc.Arbitrary<MovementDetails> = record({}, { reference: text, description: text, effectiveAt: text });

const id = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...IDS) }, { weight: 1, arbitrary: is(NOBODY) });
// Mostly small and positive; rarely zero, negative, or as large as amounts get.
const upTo = (most: bigint) =>
  fc.oneof(
    { weight: 30, arbitrary: money(1n, most) },
    { weight: 2, arbitrary: money(-2n, 0n) },
    { weight: 1, arbitrary: money(1n, UNITS_MAX) },
  );
// Deposits are larger than what is spent, so that some of it is accepted and some is not.
const brought = upTo(200n);
const spent = upTo(60n);
const twoIds = fc.shuffledSubarray([...IDS], { minLength: 2, maxLength: 2 }) as unknown as fc.Arbitrary<
  [string, string]
>;
const fromTo = fc.oneof({ weight: 30, arbitrary: twoIds }, { weight: 1, arbitrary: fc.tuple(id, id) });
const leg = fc.tuple(fromTo, spent).map(([[from, to], amount]) => ({ from, to, amount }));
const legs = fc.array(leg, { minLength: 1, maxLength: 4, size: 'max' });
const condition = { expectedVersion: fc.nat({ max: 12 }) };
const movement = { walletId: id, movementId: text, details };

// An optional field is there every other time, and a version is rarely right: conditions would stop most commands.
const rarely = (plain: fc.Arbitrary<WalletCommand>, conditional: fc.Arbitrary<WalletCommand>) =>
  fc.oneof({ weight: 9, arbitrary: plain }, { weight: 1, arbitrary: conditional });

const open = record({ type: is('OpenWallet'), walletId: fc.constantFrom(...IDS), homeRegion: text, metadata });
const limit = { type: is('ChangeOverdraftLimit'), walletId: id, limit: money(-5n, 60n) };
const deposit = { type: is('Deposit'), ...movement, amount: brought };
const withdraw = { type: is('Withdraw'), ...movement, amount: spent };
const imported = { ...withdraw, overdraft: is('unlimited') };
const regions = fc.constantFrom('local', 'eu-east', 'eu-west');
const rehome = { type: is('Rehome'), walletId: id, homeRegion: regions };
const transfer = {
  type: is('Transfer'),
  transferId: text,
  legs: legs as unknown as fc.Arbitrary<Transfer['legs']>,
  details,
};

export const command: fc.Arbitrary<WalletCommand> = fc.oneof(
  { weight: 1, arbitrary: open },
  { weight: 2, arbitrary: rarely(record(limit), record(limit, condition)) },
  { weight: 6, arbitrary: rarely(record(deposit), record(deposit, condition)) },
  { weight: 4, arbitrary: rarely(record(withdraw), record(withdraw, condition)) },
  { weight: 1, arbitrary: rarely(record(imported), record(imported, condition)) },
  { weight: 1, arbitrary: rarely(record(rehome), record(rehome, condition)) },
  { weight: 6, arbitrary: rarely(record(transfer), record(transfer, condition)) },
);

/** Wallets that are open, and what is then done to them. */
export const commands: fc.Arbitrary<readonly WalletCommand[]> = fc
  // Without the size, fast-check makes them 5 long on average: too short for a transfer to find funds.
  .array(command, { maxLength: 60, size: 'max' })
  .map((later) => [
    ...IDS.map((walletId) => ({ type: 'OpenWallet' as const, walletId, homeRegion: 'local', metadata: {} })),
    ...later,
  ]);

const anyAmount = money(-UNITS_MAX, UNITS_MAX);
const booked = { movementId: text, amount: anyAmount, details };
const transferred = { transferId: text, amount: anyAmount, details };

/** Any event the codec may meet, whatever a decision would say of it. */
export const event: fc.Arbitrary<WalletEvent> = fc.oneof(
  record({ type: is('WalletOpened'), homeRegion: text, metadata }),
  record({ type: is('OverdraftLimitChanged'), limit: anyAmount }),
  record({ type: is('WalletRehomed'), homeRegion: text }),
  record({ type: is('FundsDeposited'), ...booked }),
  record({ type: is('FundsWithdrawn'), ...booked }, { overdraft: is('unlimited') }),
  record({ type: is('TransferSent'), to: text, ...transferred }),
  record({ type: is('TransferReceived'), from: text, ...transferred }),
);

const balance = (of: (typeof CURRENCIES)[number]) =>
  record({
    posted: money(-UNITS_MAX, UNITS_MAX, fc.constant(of)),
    overdraftLimit: money(0n, UNITS_MAX, fc.constant(of)),
  });
const balances = fc
  .shuffledSubarray(CURRENCIES)
  .chain((held) => fc.tuple(...held.map((of) => balance(of).map((one) => [of.code, one] as const))))
  .map((entries) => Object.fromEntries(entries));

/** Any open wallet, whatever its history may have been. */
export const openWallet: fc.Arbitrary<Wallet> = record({
  status: is('open'),
  version: fc.nat(),
  homeRegion: text,
  metadata,
  balances,
});
