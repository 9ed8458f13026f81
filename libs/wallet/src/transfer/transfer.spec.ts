import { currency, Money } from '@tidemark/money';
import { describe, expect, it } from 'vitest';
import { scopeOf, walletsOf } from '../decide.js';
import { FundsDeposited } from '../deposit/deposit.js';
import { WalletFrozen } from '../life/freeze.js';
import { FundsWithdrawn } from '../withdraw/withdraw.js';
import { CURRENCIES_MAX } from '../room.js';
import {
  ALICE,
  eur,
  asset,
  opened,
  deposited,
  withdrawn,
  sent,
  received,
  of,
  leg,
  transfer,
  given,
} from '../given-when-then.js';

/** Events that fill a wallet with as many currencies as it may hold. */
const full = Array.from({ length: CURRENCIES_MAX }, (_, n) => deposited(asset(n)));

const BOB = 'bob';
const CAROL = 'carol';
const NOBODY = 'nobody';
const NO_ONE = 'no-one';
const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
const details = { reference: 'inv-7', description: 'rent', effectiveAt: '1993-01-05T00:00:00Z' };
const tooMany = (walletId: string) => ({ walletId, currenciesMax: CURRENCIES_MAX });
const noFunds = (requested: string, available: string, walletId = ALICE) => ({
  walletId,
  requested: eur(requested),
  available: eur(available),
  overdraftLimit: eur('0.00'),
});
const wrong = { expectedVersion: 99 };
const mismatch = (actual: number) => ({ walletId: ALICE, expected: 99, actual });
const notPositive = (amount: string) => ({ amount: eur(amount) });

describe('Transfer', () => {
  const rich = [opened, deposited('10.00'), of(BOB, opened), of(CAROL, opened)];

  it('sends and receives', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '10.00')]))
      .thenAccepted(sent(BOB, '10.00'), of(BOB, received(ALICE, '10.00'))));
  it('not a cent more', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '10.01')]))
      .thenRejected('insufficient_funds', noFunds('10.01', '10.00')));
  it('keeps id and details on both sides', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '1.00')], { transferId: 't-9', details }))
      .thenAccepted(
        { type: 'TransferSent', transferId: 't-9', to: BOB, amount: eur('1.00'), details },
        of(BOB, { type: 'TransferReceived', transferId: 't-9', from: ALICE, amount: eur('1.00'), details }),
      ));
  it('legs in their order', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '1.00'), leg(ALICE, CAROL, '2.00')]))
      .thenAccepted(
        sent(BOB, '1.00'),
        of(BOB, received(ALICE, '1.00')),
        sent(CAROL, '2.00'),
        of(CAROL, received(ALICE, '2.00')),
      ));
  it('later legs see what earlier ones took', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '6.00'), leg(ALICE, CAROL, '4.01')]))
      .thenRejected('insufficient_funds', noFunds('4.01', '4.00')));
  it('and what they brought: A→B→C', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '10.00'), leg(BOB, CAROL, '10.00')]))
      .thenAccepted(
        sent(BOB, '10.00'),
        of(BOB, received(ALICE, '10.00'), sent(CAROL, '10.00')),
        of(CAROL, received(BOB, '10.00')),
      ));
  it('but not what later ones will bring', () =>
    given(...rich)
      .when(transfer([leg(BOB, CAROL, '10.00'), leg(ALICE, BOB, '10.00')]))
      .thenRejected('insufficient_funds', noFunds('10.00', '0.00', BOB)));
  it('there and back: A→B→A', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '10.00'), leg(BOB, ALICE, '10.00'), leg(ALICE, BOB, '10.00')]))
      .thenAccepted(
        sent(BOB, '10.00'),
        of(BOB, received(ALICE, '10.00'), sent(ALICE, '10.00')),
        received(BOB, '10.00'),
        sent(BOB, '10.00'),
        of(BOB, received(ALICE, '10.00')),
      ));
  it('several currencies at once', () =>
    given(...rich, of(BOB, deposited(yen('7'))))
      .when(transfer([leg(ALICE, BOB, '1.00'), leg(BOB, ALICE, yen('7'))]))
      .thenAccepted(
        sent(BOB, '1.00'),
        of(BOB, received(ALICE, '1.00'), sent(ALICE, yen('7'))),
        received(BOB, yen('7')),
      ));
  it('the same leg twice is two', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '5.00'), leg(ALICE, BOB, '5.00')]))
      .thenAccepted(
        sent(BOB, '5.00'),
        of(BOB, received(ALICE, '5.00')),
        sent(BOB, '5.00'),
        of(BOB, received(ALICE, '5.00')),
      ));
  it.each([
    ['wallet_not_found', leg(ALICE, NOBODY, '1.00'), { walletId: NOBODY }],
    ['wallet_not_found', leg(NOBODY, ALICE, '1.00'), { walletId: NOBODY }],
    ['same_wallet', leg(BOB, BOB, '1.00'), { walletId: BOB }],
    ['amount_not_positive', leg(ALICE, BOB, '0.00'), { amount: eur('0.00') }],
    ['amount_not_positive', leg(ALICE, BOB, '-1.00'), { amount: eur('-1.00') }],
    ['insufficient_funds', leg(ALICE, BOB, '9.01'), noFunds('9.01', '9.00')],
  ] as const)('all or none: %s in the last leg refuses the first too', (code, last, why) =>
    given(...rich)
      .when(transfer([leg(ALICE, CAROL, '1.00'), last]))
      .thenRejected(code, why),
  );
  it('the first bad leg is the reason', () =>
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '0.00'), leg(ALICE, NOBODY, '1.00')]))
      .thenRejected('amount_not_positive', { amount: eur('0.00') }));
});

// In every line at least two reasons apply, and the one named wins.
describe('Transfer: precedence', () => {
  const both = [opened, of(BOB, opened)];
  const indebted = [opened, withdrawn('9.00', 'unlimited'), of(BOB, opened)];
  const spent = leg(ALICE, BOB, asset(0));

  it('wallet_not_found of the scope before version_mismatch', () =>
    given()
      .when(transfer([leg(ALICE, BOB, '1.00')], wrong))
      .thenRejected('wallet_not_found', { walletId: ALICE }));
  it('version_mismatch before wallet_not_found of the destination', () =>
    given(opened)
      .when(transfer([leg(ALICE, NOBODY, '1.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before same_wallet', () =>
    given(opened)
      .when(transfer([leg(ALICE, ALICE, '1.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before amount_not_positive', () =>
    given(...both)
      .when(transfer([leg(ALICE, BOB, '0.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));
  it('version_mismatch before insufficient_funds', () =>
    given(...both)
      .when(transfer([leg(ALICE, BOB, '1.00')], wrong))
      .thenRejected('version_mismatch', mismatch(1)));

  it('wallet_not_found: the source before the destination', () => {
    given()
      .when(transfer([leg(NOBODY, NO_ONE, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY });
    given(...both, deposited(asset(0)))
      .when(transfer([spent, leg(NOBODY, NO_ONE, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY });
  });
  it('wallet_not_found before same_wallet', () =>
    given(...both, deposited(asset(0)))
      .when(transfer([spent, leg(NOBODY, NOBODY, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY }));
  it('wallet_not_found of the destination before amount_not_positive', () =>
    given(opened)
      .when(transfer([leg(ALICE, NOBODY, '0.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY }));
  it('wallet_not_found of the destination before insufficient_funds', () =>
    given(opened)
      .when(transfer([leg(ALICE, NOBODY, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY }));
  it('same_wallet before amount_not_positive', () =>
    given(opened)
      .when(transfer([leg(ALICE, ALICE, '0.00')]))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('same_wallet before too_many_currencies', () =>
    given(opened, ...full)
      .when(transfer([leg(ALICE, ALICE, '1.00')]))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('same_wallet before insufficient_funds', () =>
    given(opened)
      .when(transfer([leg(ALICE, ALICE, '1.00')]))
      .thenRejected('same_wallet', { walletId: ALICE }));
  it('amount_not_positive before too_many_currencies', () =>
    given(opened, of(BOB, opened, ...full))
      .when(transfer([leg(ALICE, BOB, '0.00')]))
      .thenRejected('amount_not_positive', notPositive('0.00')));
  it('amount_not_positive before insufficient_funds', () =>
    given(...indebted)
      .when(transfer([leg(ALICE, BOB, '0.00')]))
      .thenRejected('amount_not_positive', notPositive('0.00')));
  it('too_many_currencies before insufficient_funds', () =>
    given(opened, of(BOB, opened, ...full))
      .when(transfer([leg(ALICE, BOB, '1.00')]))
      .thenRejected('too_many_currencies', tooMany(BOB)));
});

describe('legs from and to the outside', () => {
  const world = { outside: 'world' };
  const bank = { outside: 'bank-a' };
  const rich = [opened, deposited('10.00'), of(BOB, opened)];
  const booked = (amount: string, more: object = {}) => ({
    movementId: 't1',
    amount: eur(amount),
    details: {},
    ...more,
  });

  it('are deposits and withdrawals with the id of the transfer, each on what the one before it left', () =>
    given(...rich)
      .when(transfer([leg(world, ALICE, '5.00'), leg(ALICE, BOB, '15.00'), leg(BOB, bank, '15.00')]))
      .thenAccepted(
        FundsDeposited(booked('5.00')),
        sent(BOB, '15.00'),
        of(BOB, received(ALICE, '15.00'), FundsWithdrawn(booked('15.00', { destination: 'bank-a' }))),
      ));
  it('name the account that the money comes from', () =>
    given(...rich)
      .when(transfer([leg(bank, BOB, '1.00')]))
      .thenAccepted(of(BOB, FundsDeposited(booked('1.00', { source: 'bank-a' })))));
  it('are refused as a deposit and a withdrawal are', () => {
    given(...rich)
      .when(transfer([leg(ALICE, BOB, '10.00'), leg(ALICE, world, '0.01')]))
      .thenRejected('insufficient_funds', noFunds('0.01', '0.00'));
    given(opened, WalletFrozen({ direction: 'credits' }))
      .when(transfer([leg(world, ALICE, '1.00')]))
      .thenRejected('wallet_frozen', { walletId: ALICE, frozen: ['credits'] });
    given(...rich)
      .when(transfer([leg(world, NOBODY, '1.00')]))
      .thenRejected('wallet_not_found', { walletId: NOBODY });
    given(...rich)
      .when(transfer([leg(world, ALICE, '0.00')]))
      .thenRejected('amount_not_positive', notPositive('0.00'));
  });
  it('belong to the first wallet', () => {
    const command = transfer([leg(world, BOB, '1.00'), leg(ALICE, world, '1.00')]);
    expect([scopeOf(command), walletsOf(command)]).toEqual([BOB, [BOB, ALICE]]);
  });
  it('with details of its own, which come before those of the transfer', () =>
    given(...rich)
      .when(
        transfer([{ ...leg(ALICE, BOB, '1.00'), details: { reference: 'r-2' } }, leg(BOB, world, '1.00')], {
          details: { reference: 'r-1', description: 'rent' },
        }),
      )
      .thenAccepted(
        { ...sent(BOB, '1.00'), details: { reference: 'r-2', description: 'rent' } } as ReturnType<typeof sent>,
        of(
          BOB,
          { ...received(ALICE, '1.00'), details: { reference: 'r-2', description: 'rent' } } as ReturnType<typeof sent>,
          FundsWithdrawn(booked('1.00', { details: { reference: 'r-1', description: 'rent' } })),
        ),
      ));
});
