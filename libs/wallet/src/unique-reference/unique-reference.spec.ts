import { describe, expect, it } from 'vitest';
import { FundsDeposited } from '../deposit/deposit.js';
import { factsOf } from '../decide.js';
import { factChangesOf } from '../evolve.js';
import { ALICE, deposit, eur, given, leg, of, opened, transfer, withdraw } from '../given-when-then.js';
import { DepositAnnounced, WithdrawalAnnounced } from '../pending/announce.js';
import { MovementFailed } from '../pending/settle.js';
import { requestText } from '../request-text.js';
import { MovementReversed } from '../reversal/reverse-movement.js';
import { TransferReceived, TransferSent } from '../transfer/transfer.js';
import { FundsWithdrawn } from '../withdraw/withdraw.js';

const reference = 'inv-7';
const details = { reference };
const unique = { details, uniqueReference: true } as const;
const one = { movementId: 'd1', amount: eur('5.00') };
const taken = FundsDeposited({ ...one, ...unique });
const again = deposit('5.00', { movementId: 'd2', ...unique });
const used = { walletId: ALICE, reference, movementId: 'd1' };
const bob = of('bob', opened);

describe('a unique reference', () => {
  it('is taken by the first deposit, and names it to the second', () => {
    given(opened).when(deposit('5.00', unique)).thenAccepted(taken);
    given(opened, taken).when(again).thenRejected('reference_used', used);
  });
  it('is taken by the first withdrawal', () => {
    const withdrawn = FundsWithdrawn({ ...one, movementId: 'w1', ...unique });
    given(opened, taken).when(withdraw('5.00', unique)).thenAccepted(withdrawn);
    given(opened, taken, withdrawn)
      .when(withdraw('5.00', { movementId: 'w2', ...unique }))
      .thenRejected('reference_used', { ...used, movementId: 'w1' });
  });
  it('is taken by the first transfer of the source, whatever it is to', () => {
    const sent = TransferSent({ transferId: 't1', to: 'bob', amount: eur('1.00'), ...unique });
    const received = TransferReceived({ transferId: 't1', from: ALICE, amount: eur('1.00'), details });
    given(opened, taken, bob)
      .when(transfer([leg(ALICE, 'bob', '1.00')], unique))
      .thenAccepted(sent, of('bob', received));
    given(opened, taken, bob, of('carol', opened), sent, of('bob', received))
      .when(transfer([leg(ALICE, 'carol', '1.00')], { transferId: 't2', ...unique }))
      .thenRejected('reference_used', { ...used, movementId: 't1' });
    given(opened, taken, bob, sent, of('bob', received))
      .when(transfer([leg('bob', ALICE, '1.00')], { transferId: 't2', ...unique }))
      .thenAccepted(
        of('bob', TransferSent({ transferId: 't2', to: ALICE, amount: eur('1.00'), ...unique })),
        TransferReceived({ transferId: 't2', from: 'bob', amount: eur('1.00'), details }),
      );
  });
  it('is said by one event of a transfer of several legs', () =>
    given(opened, taken, bob)
      .when(transfer([leg(ALICE, 'bob', '1.00'), leg(ALICE, 'bob', '2.00')], unique))
      .thenAccepted(
        TransferSent({ transferId: 't1', to: 'bob', amount: eur('1.00'), ...unique }),
        of('bob', TransferReceived({ transferId: 't1', from: ALICE, amount: eur('1.00'), details })),
        TransferSent({ transferId: 't1', to: 'bob', amount: eur('2.00'), details }),
        of('bob', TransferReceived({ transferId: 't1', from: ALICE, amount: eur('2.00'), details })),
      ));
  it('is taken by an announcement, and stays taken where that fails', () => {
    const announced = DepositAnnounced({ ...one, ...unique });
    given(opened)
      .when(deposit('5.00', { pending: true, ...unique }))
      .thenAccepted(announced);
    given(opened, announced, MovementFailed({ movementId: 'd1', direction: 'in' }))
      .when(again)
      .thenRejected('reference_used', used);
    given(opened, taken)
      .when(withdraw('5.00', { pending: true, ...unique }))
      .thenAccepted(WithdrawalAnnounced({ ...one, movementId: 'w1', ...unique }));
  });
  it('stays taken where the movement is reversed', () =>
    given(opened, taken, MovementReversed({ ...reversal(), reversed: '5.00' }))
      .when(again)
      .thenRejected('reference_used', used));
  it('is not the reference of another wallet', () =>
    given(opened, taken, bob)
      .when({ ...again, walletId: 'bob' })
      .thenAccepted(of('bob', FundsDeposited({ ...one, movementId: 'd2', ...unique }))));
  it('is not another reference', () => {
    const other = { details: { reference: 'inv-8' }, uniqueReference: true } as const;
    given(opened, taken)
      .when(deposit('5.00', { movementId: 'd2', ...other }))
      .thenAccepted(FundsDeposited({ ...one, movementId: 'd2', ...other }));
  });
  it('is looked at only where both movements declare it', () => {
    const plain = FundsDeposited({ ...one, details });
    given(opened, taken).when(deposit('5.00', { details })).thenAccepted(plain);
    given(opened, plain)
      .when(again)
      .thenAccepted(FundsDeposited({ ...one, movementId: 'd2', ...unique }));
  });
  it('is missing where there is no reference', () => {
    for (const command of [deposit('5.00'), withdraw('5.00'), transfer([leg(ALICE, 'bob', '1.00')])]) {
      given(opened, bob)
        .when({ ...command, uniqueReference: true })
        .thenRejected('reference_missing', { walletId: ALICE });
    }
  });

  it('comes after the amount, and before what the wallet has', () => {
    given(opened, taken)
      .when({ ...again, amount: eur('0.00') })
      .thenRejected('amount_not_positive', { amount: eur('0.00') });
    given(opened, taken)
      .when({ ...again, expiresAt: '2000-01-01T00:00:00.000Z' })
      .thenRejected('reference_used', used);
    given(opened, taken, TransferSent({ transferId: 't1', to: 'bob', amount: eur('1.00'), ...unique }))
      .when(transfer([leg(ALICE, 'nobody', '9.00')], { transferId: 't2', ...unique }))
      .thenRejected('reference_used', { ...used, movementId: 't1' });
  });

  it('costs nothing where it is not declared', () => {
    for (const command of [
      deposit('5.00', { details }),
      withdraw('5.00', { details }),
      transfer([leg(ALICE, 'bob', '1.00')]),
    ]) {
      expect(factsOf(command)).toEqual([]);
    }
    expect(factChangesOf(FundsDeposited({ ...one, details }))).toEqual([]);
  });

  it('is part of the request', () => {
    expect(requestText(deposit('5.00', { details }))).not.toContain('unique');
    expect(requestText(deposit('5.00', unique))).toBe(
      '{"type":"Deposit","walletId":"alice","amount":["5.00","EUR"],"reference":"inv-7","uniqueReference":true}',
    );
  });
});

function reversal() {
  return { reversalId: 'r1', movementId: 'd1', direction: 'out', amount: eur('5.00'), details: {} } as const;
}
