import { describe, expect, it } from 'vitest';
import { FundsDeposited } from '../deposit/deposit.js';
import { evolve, statementLineOf } from '../evolve.js';
import {
  ALICE,
  deposit,
  deposited,
  eur,
  given,
  NOW,
  of,
  opened,
  sent,
  received,
  withdraw,
} from '../given-when-then.js';
import { captureHold, HoldCaptured } from '../holds/capture-hold.js';
import { FundsHeld } from '../holds/place-hold.js';
import { DepositAnnounced, WithdrawalAnnounced } from '../pending/announce.js';
import { MovementSettled, settleDeposit, settleWithdrawal } from '../pending/settle.js';
import { requestText } from '../request-text.js';
import { CounterpartReversed, MovementReversed, reverseMovement } from '../reversal/reverse-movement.js';
import { decodeWallet, encodeWallet } from '../state.codec.js';
import { initialState } from '../wallet.js';
import { FundsWithdrawn } from '../withdraw/withdraw.js';
import { outsideAccountName } from '../fields/input-rules.js';

const details = {};
const one = { movementId: 'd1', amount: eur('5.00'), details };
const source = 'card-processor';
const destination = 'bank-a';
const ten = [opened, deposited('10.00')];
const reverse = reverseMovement({ walletId: ALICE, reversalId: 'r1', movementId: 'd1', details });
const back = { reversalId: 'r1', movementId: 'd1', amount: eur('5.00'), reversed: '5.00', details };

describe('a name for the outside', () => {
  it('is kept by a deposit', () =>
    given(opened)
      .when(deposit('5.00', { source }))
      .thenAccepted(FundsDeposited({ ...one, source })));
  it('is kept by a withdrawal', () =>
    given(...ten)
      .when(withdraw('5.00', { destination }))
      .thenAccepted(FundsWithdrawn({ ...one, movementId: 'w1', destination })));
  it('is kept by a pending deposit until it is settled', () => {
    const announced = DepositAnnounced({ ...one, source });
    given(opened)
      .when(deposit('5.00', { source, pending: true }))
      .thenAccepted(announced);
    given(opened, announced)
      .when(settleDeposit({ walletId: ALICE, movementId: 'd1', details }))
      .thenAccepted(MovementSettled({ ...one, direction: 'in', source }));
  });
  it('is kept by a pending withdrawal until it is settled', () => {
    const announced = WithdrawalAnnounced({ ...one, movementId: 'w1', destination });
    given(...ten)
      .when(withdraw('5.00', { destination, pending: true }))
      .thenAccepted(announced);
    given(...ten, announced)
      .when(settleWithdrawal({ walletId: ALICE, movementId: 'w1', details }))
      .thenAccepted(MovementSettled({ ...one, movementId: 'w1', direction: 'out', destination }));
  });
  it('is kept by a snapshot with a pending movement, and absent where there is none', () => {
    const states = [DepositAnnounced({ ...one, source }), DepositAnnounced(one)].map((event) =>
      [opened, event].reduce((wallet, each) => evolve(wallet, each, NOW), initialState),
    );
    for (const state of states) expect(decodeWallet(encodeWallet(state))).toStrictEqual(state);
    expect(states.map((state) => JSON.parse(encodeWallet(state)).parts.pending.in)).toEqual([
      [['d1', '5.00', 'EUR', null, {}, source]],
      [['d1', '5.00', 'EUR', null, {}]],
    ]);
  });
  it('is kept by a capture', () => {
    const capture = captureHold({ walletId: ALICE, holdId: 'h1', captureId: 'c1', destination, details });
    given(...ten, FundsHeld({ holdId: 'h1', amount: eur('5.00'), details }))
      .when(capture)
      .thenAccepted(HoldCaptured({ holdId: 'h1', captureId: 'c1', amount: eur('5.00'), destination, details }));
  });
  it('is not for a capture to a wallet, before anything else is looked at', () =>
    given(...ten)
      .when(captureHold({ walletId: ALICE, holdId: 'h9', captureId: 'c1', to: ALICE, destination, details }))
      .thenRejected('two_destinations', { to: ALICE, destination }));

  it('stands on the statement as the journal has it, and only there', () => {
    expect(statementLineOf(FundsDeposited({ ...one, source }))?.account).toBe('world:card-processor');
    expect(statementLineOf(FundsWithdrawn({ ...one, destination }))?.account).toBe('world:bank-a');
    expect(statementLineOf(FundsDeposited(one))).not.toHaveProperty('account');
  });
});

describe('a reversal goes back to the same account', () => {
  it('of a deposit', () =>
    given(opened, FundsDeposited({ ...one, source }))
      .when(reverse)
      .thenAccepted(MovementReversed({ ...back, direction: 'out', destination: source })));
  it('of a withdrawal', () =>
    given(...ten, FundsWithdrawn({ ...one, movementId: 'w1', destination }))
      .when({ ...reverse, movementId: 'w1' })
      .thenAccepted(MovementReversed({ ...back, movementId: 'w1', direction: 'in', source: destination })));
  it('of what was settled', () =>
    given(opened, DepositAnnounced({ ...one, source }), MovementSettled({ ...one, direction: 'in', source }))
      .when(reverse)
      .thenAccepted(MovementReversed({ ...back, direction: 'out', destination: source })));
  it('of a capture', () =>
    given(
      ...ten,
      FundsHeld({ holdId: 'h1', amount: eur('5.00'), details }),
      HoldCaptured({ holdId: 'h1', captureId: 'c1', amount: eur('5.00'), destination, details }),
    )
      .when({ ...reverse, movementId: 'c1' })
      .thenAccepted(MovementReversed({ ...back, movementId: 'c1', direction: 'in', source: destination })));
  it('in two parts', () =>
    given(
      opened,
      FundsDeposited({ ...one, source }),
      MovementReversed({ ...back, amount: eur('2.00'), reversed: '2.00', direction: 'out', destination: source }),
    )
      .when(reverse)
      .thenAccepted(MovementReversed({ ...back, amount: eur('3.00'), direction: 'out', destination: source })));
  it('and of a transfer to none', () =>
    given(...ten, sent('bob', '5.00'), ...[of('bob', opened, received(ALICE, '5.00'))])
      .when({ ...reverse, movementId: 't1' })
      .thenAccepted(
        MovementReversed({ ...back, movementId: 't1', direction: 'in', counterparty: 'bob' }),
        of('bob', CounterpartReversed({ ...back, movementId: 't1', direction: 'out', counterparty: ALICE })),
      ));
});

describe('what is asked', () => {
  it('is another request with another name, and the same as ever without one', () => {
    expect(requestText(deposit('5.00'))).toBe('{"type":"Deposit","walletId":"alice","amount":["5.00","EUR"]}');
    expect(requestText(deposit('5.00', { source }))).toBe(
      '{"type":"Deposit","walletId":"alice","amount":["5.00","EUR"],"source":"card-processor"}',
    );
  });

  it.each(['', 'world', 'Bank', '-a', '.a', 'a b', 'a:b', 'a/b', 'ä', 'a'.repeat(41)])('%j is no name', (name) =>
    expect(outsideAccountName.safeParse(name).success).toBe(false),
  );
  it.each(['a', '0', 'bank-a', 'card.processor_2', 'worlds', 'a'.repeat(40)])('%j is a name', (name) =>
    expect(outsideAccountName.safeParse(name).success).toBe(true),
  );
});
