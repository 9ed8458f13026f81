import { describe, expect, it } from 'vitest';
import { decide, factsOf, openingsIn, scopeOf, walletsOf } from '../decide.js';
import type { Batch, Rejection, SingleCommand } from '../declared.js';
import {
  ALICE,
  deposit,
  deposited,
  eur,
  given,
  leg,
  NOW,
  of,
  open,
  opened,
  received,
  rehome,
  sent,
  transfer,
  withdraw,
  withdrawn,
} from '../given-when-then.js';
import { changeMetadata, MetadataChanged } from '../metadata/change-metadata.js';
import { initialState } from '../wallet.js';

const BOB = 'bob';
const batch = (...commands: [SingleCommand, ...SingleCommand[]]): Batch => ({ type: 'Batch', commands });
const toBob = (amount: string) => transfer([leg(ALICE, BOB, amount)]);
const refusedAt = (pointer: string, code: string, details: object) =>
  ({ kind: 'rejected', rejection: { code, details: { ...details, pointer } } as unknown as Rejection }) as const;

describe('a batch', () => {
  it('decides each command on what the ones before it left', () =>
    given(opened, deposited('1.00'), of(BOB, opened))
      .when(batch(deposit('4.00'), toBob('5.00'), withdraw('2.00', { walletId: BOB })))
      .thenAccepted(deposited('4.00'), sent(BOB, '5.00'), of(BOB, received(ALICE, '5.00'), withdrawn('2.00'))));

  it('may use a wallet that it opens', () =>
    given()
      .when(batch(open(), deposit('4.00'), withdraw('4.00')))
      .thenAccepted(opened, deposited('4.00'), withdrawn('4.00')));

  it('keeps each expected version to what the ones before it left', () =>
    given(opened)
      .when(batch(deposit('4.00', { expectedVersion: 1 }), withdraw('4.00', { expectedVersion: 2 })))
      .thenAccepted(deposited('4.00'), withdrawn('4.00')));

  it('knows what the ones before it said under a key, and what an opening said', () =>
    given(of(BOB, opened))
      .when(
        batch(
          open({ metadata: { a: '1' } }),
          changeMetadata({ walletId: ALICE, metadata: { b: '2' } }),
          changeMetadata({ walletId: ALICE, metadata: { a: null } }),
        ),
      )
      .thenAccepted(
        { ...opened, metadata: { a: '1' } } as typeof opened,
        MetadataChanged({ metadata: { a: '1', b: '2' } }),
        MetadataChanged({ metadata: { b: '2' } }),
      ));

  it('is refused for the first command that is, and says which', () => {
    const decided = decide(batch(open(), deposit('1.00'), withdraw('2.00'), toBob('9.00')), {
      walletOf: () => initialState,
      now: NOW,
    });
    expect(decided).toEqual(
      refusedAt('/commands/2', 'insufficient_funds', {
        ...{ walletId: ALICE, requested: eur('2.00'), available: eur('1.00'), overdraftLimit: eur('0.00') },
      }),
    );
  });

  it('is no place for a command that needs a statement of its own', () => {
    const context = { walletOf: () => initialState, now: NOW };
    expect(() => decide(batch(rehome('north') as SingleCommand), context)).toThrow(/statement of its own/);
  });

  it('belongs to the wallet of its first command, and names each wallet, fact and opening once', () => {
    const change = changeMetadata({ walletId: ALICE, metadata: { b: '2' } });
    const one = batch(withdraw('1.00', { walletId: BOB }), toBob('1.00'), open(), change, change);
    expect(scopeOf(one)).toBe(BOB);
    expect(walletsOf(one)).toEqual([BOB, ALICE]);
    expect(openingsIn(one)).toEqual([open()]);
    expect(factsOf(one)).toEqual(factsOf(change));
  });
});
