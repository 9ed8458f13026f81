import { currency, Money } from '@tidemark/money';
import type { SingleCommand } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { hashesOf, requestHash } from './request-hash.js';

const [EUR, USD] = [currency('EUR', 2), currency('USD', 2)];
const eur = (amount: string) => Money.of(amount, EUR);
const details = { reference: 'r', description: 'd', effectiveAt: '2026-01-31T11:00:00.000Z' };
const deposit = { type: 'Deposit', walletId: 'w', movementId: 'mv_1', amount: eur('10.00'), details } as const;
const withdraw = { ...deposit, type: 'Withdraw' } as const;
const legs = [
  { from: 'a', to: 'b', amount: eur('1.00') },
  { from: 'b', to: 'c', amount: eur('1.00') },
] as const;
const transfer = { type: 'Transfer', transferId: 'tr_1', legs, details } as const;
const open = { type: 'OpenWallet', walletId: 'w', homeRegion: 'local', metadata: { a: '1', b: '2' } } as const;
const rehome = { type: 'Rehome', walletId: 'w', homeRegion: 'north' } as const;
const limit = { type: 'ChangeOverdraftLimit', walletId: 'w', limit: eur('5.00') } as const;

describe('requestHash', () => {
  const same: [string, SingleCommand, SingleCommand][] = [
    ['an amount spelled shorter', deposit, { ...deposit, amount: eur('10') }],
    ['another movement id', deposit, { ...deposit, movementId: 'mv_2' }],
    ['another transfer id', transfer, { ...transfer, transferId: 'tr_2' }],
    ['metadata in another order', open, { ...open, metadata: { b: '2', a: '1' } }],
  ];
  it.each(same)('does not change with %s', (_, a, b) => expect(requestHash(a)).toBe(requestHash(b)));

  const different: SingleCommand[] = [
    deposit,
    { ...deposit, walletId: 'v' },
    { ...deposit, amount: eur('10.01') },
    { ...deposit, amount: Money.of('10.00', USD) },
    { ...deposit, details: {} },
    { ...deposit, details: { ...details, reference: 'd', description: 'r' } },
    { ...deposit, details: { reference: 'r' } },
    { ...deposit, details: { description: 'r' } },
    { ...deposit, expectedVersion: 1 },
    { ...deposit, expectedVersion: 2 },
    { ...deposit, availableAtLeast: eur('1.00') },
    { ...deposit, availableAtLeast: eur('2.00') },
    { ...deposit, availableAtLeast: Money.of('1.00', USD) },
    { ...deposit, availableAtLeast: eur('1.00'), expectedVersion: 1 },
    withdraw,
    { ...withdraw, overdraft: 'unlimited' },
    transfer,
    { ...transfer, legs: [legs[0]] },
    { ...transfer, legs: [legs[1], legs[0]] },
    { ...transfer, details: {} },
    { ...transfer, legs: [{ ...legs[0], from: { outside: 'a' } }, legs[1]] },
    { ...transfer, legs: [{ ...legs[0], to: { outside: 'b' } }, legs[1]] },
    { ...transfer, legs: [{ ...legs[0], to: { outside: 'world' } }, legs[1]] },
    { ...transfer, legs: [{ ...legs[0], details: { reference: 'r' } }, legs[1]] },
    { ...transfer, legs: [{ ...legs[0], details: { description: 'r' } }, legs[1]] },
    { ...transfer, legs: [legs[0], { ...legs[1], details: { reference: 'r' } }] },
    open,
    { ...open, homeRegion: 'north' },
    { ...open, metadata: { a: '2', b: '1' } },
    { ...open, metadata: {} },
    limit,
    { ...limit, limit: eur('5.01') },
    { ...limit, expectedVersion: 1 },
    { ...transfer, expectedVersion: 1 },
    { ...transfer, availableAtLeast: eur('1.00') },
    rehome,
    { ...rehome, walletId: 'v' },
    { ...rehome, homeRegion: 'south' },
    { ...rehome, expectedVersion: 1 },
  ];
  it('changes with everything that a caller can ask for', () => {
    expect(new Set(different.map(requestHash)).size).toBe(different.length);
  });

  it('leaves the region out that a process adds to an opening without one, and recognises what was hashed with it', () => {
    const { homeRegion, ...asked } = open;
    const [here, there] = [hashesOf(asked, open, ['local', 'north']), hashesOf(asked, open, ['north', 'local'])];
    expect(here.requestHash).toBe(there.requestHash);
    expect(here.formerHashes).toEqual([requestHash(open), requestHash({ ...open, homeRegion: 'north' })]);
    expect(here.formerHashes).not.toContain(here.requestHash);
    expect(hashesOf({ ...asked, homeRegion }, open, ['local', 'north'])).toEqual({ requestHash: requestHash(open) });
  });

  it('stays the same for ever, because outcomes are compared with it', () => {
    expect([deposit, withdraw, transfer, open, limit].map(requestHash)).toMatchInlineSnapshot(`
      [
        "7GS3sbRW5285Ztb1ky1qTm_ta9E_PVVtGGKAYedUJyc",
        "z9tXKTEN7-8CnQXldAToHbGMRphiDhz4uw6HyfZRnGU",
        "p4FfTB1UmvvgCF0-eF2LkWq60HICI2KRxgkh6FivYtk",
        "VOyosWaLhBa-adBI5B4nMqB1WhV5jPmn_cMNlBRWAkU",
        "yxT75l5vakZLPgliqCSJcZnbMW0eBVzyNiU-MlSTmxY",
      ]
    `);
  });
});
