import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands, event, IDS, unitsOf } from './arbitraries.js';
import type { WalletEvent } from './declared.js';
import {
  ALICE,
  deposited,
  eur,
  History,
  limitChanged,
  NOW,
  opened,
  received,
  rehomed,
  sent,
  withdrawn,
} from './given-when-then.js';
import {
  accountClassOf,
  accountOf,
  nameOfOutside,
  outsideAccountOf,
  trialBalanceLineOf,
  walletOfAccount,
  type Account,
  type Posting,
} from './accounts.js';
import { FundsDeposited } from './deposit/deposit.js';
import { postingsOf, statementLineOf } from './evolve.js';
import { FundsWithdrawn } from './withdraw/withdraw.js';

const lines = (of: WalletEvent) =>
  postingsOf(ALICE, of).map(({ account, amount }) => `${account} ${amount.toString()}`);

/** Minor units by key. */
const sums = (postings: readonly Posting[], keyOf: (posting: Posting) => string): Map<string, bigint> =>
  postings.reduce(
    (all, each) => all.set(keyOf(each), (all.get(keyOf(each)) ?? 0n) + unitsOf(each.amount)),
    new Map<string, bigint>(),
  );

const one = { movementId: 'm1', amount: eur('1.00'), details: {} };

describe('postings', () => {
  it.each<[WalletEvent, string[]]>([
    [deposited('10.00'), ['world -10.00', 'wallet:alice 10.00']],
    [withdrawn('2.50'), ['world 2.50', 'wallet:alice -2.50']],
    [withdrawn('2.50', 'unlimited'), ['world 2.50', 'wallet:alice -2.50']],
    [sent('bob', '1.00'), ['transfers 1.00', 'wallet:alice -1.00']],
    [received('bob', '1.00'), ['transfers -1.00', 'wallet:alice 1.00']],
    [FundsDeposited({ ...one, source: 'card-processor' }), ['world:card-processor -1.00', 'wallet:alice 1.00']],
    [FundsWithdrawn({ ...one, destination: 'bank-a' }), ['world:bank-a 1.00', 'wallet:alice -1.00']],
    [opened, []],
    [limitChanged('5.00'), []],
    [rehomed('eu-east'), []],
  ])('of %j', (of, expected) => expect(lines(of)).toEqual(expected));

  it('sum to zero in each currency, whatever the event', () => {
    fc.assert(
      fc.property(fc.string(), event, (walletId, any) => {
        const postings = postingsOf(walletId, any);
        expect([...sums(postings, ({ amount }) => amount.currency.code).values()].every((sum) => sum === 0n)).toBe(
          true,
        );
        expect(postings).toHaveLength(statementLineOf(any) ? 2 : 0);
      }),
    );
  });

  it('begin on an account that is no wallet’s', () => {
    fc.assert(
      fc.property(fc.string(), event, (walletId, any) => {
        const [first] = postingsOf(walletId, any);
        expect(first === undefined || walletOfAccount(first.account) === undefined).toBe(true);
      }),
    );
  });

  it('make every wallet’s account its balance, and leave nothing in transit', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        const history = new History();
        const lined = new Map<string, bigint>();
        const postings = asked.flatMap((command) => {
          const decision = history.decide(command, NOW);
          if (decision.kind === 'rejected') return [];
          history.add(decision.events);
          for (const { event: next } of decision.events) {
            const { account, amount } = statementLineOf(next) ?? {};
            if (!account || !amount) continue;
            const key = `${account} ${amount.currency.code}`;
            lined.set(key, (lined.get(key) ?? 0n) + unitsOf(amount));
          }
          return decision.events.flatMap(({ walletId, event: next }) => postingsOf(walletId, next));
        });
        const byAccount = sums(postings, ({ account, amount }) => `${account} ${amount.currency.code}`);
        for (const [key, sum] of byAccount) {
          if (key.startsWith('transfers ')) expect(sum, key).toBe(0n);
        }
        // What an account of the outside gave is what the statement lines that name it got.
        const named = new Set([...byAccount.keys()].filter((key) => key.startsWith('world:')));
        for (const key of named) expect(byAccount.get(key)! + (lined.get(key) ?? 0n), key).toBe(0n);
        expect([...lined.keys()].filter((key) => !named.has(key))).toEqual([]);
        for (const walletId of IDS) {
          const { balances } = history.walletOf(walletId);
          for (const [code, { posted }] of Object.entries(balances)) {
            expect(byAccount.get(`${accountOf(walletId)} ${code}`) ?? 0n).toBe(unitsOf(posted));
          }
        }
      }),
    );
  });
});

describe('accounts', () => {
  it.each([
    ['world', 'world', undefined],
    ['transfers', 'transfers', undefined],
    ['world:bank-a', 'world', undefined],
    ['world:wallet:x', 'world', undefined],
    ['wallet:alice', 'wallets', 'alice'],
    ['wallet:world', 'wallets', 'world'],
    ['wallet:wallet:x', 'wallets', 'wallet:x'],
  ] as const)('%s is of the class %s', (account, accountClass, walletId) => {
    expect(accountClassOf(account)).toBe(accountClass);
    expect(walletOfAccount(account)).toBe(walletId);
    if (walletId !== undefined) expect(accountOf(walletId)).toBe(account);
  });

  it.each([
    ['world', 'world', undefined],
    ['world:bank-a', 'world:bank-a', 'bank-a'],
  ] as const)('%s is a line of its own in the trial balance', (account, line, name) => {
    expect(trialBalanceLineOf(account)).toBe(line);
    expect(nameOfOutside(account)).toBe(name);
    expect(outsideAccountOf(name)).toBe(account);
  });
  it('all wallets are one line of the trial balance', () =>
    expect(['transfers', 'wallet:world', 'wallet:world:x'].map((each) => trialBalanceLineOf(each as Account))).toEqual([
      'transfers',
      'wallets',
      'wallets',
    ]));

  it('a zero has the digits of its currency on both sides', () =>
    expect(lines(deposited(eur('0.00')))).toEqual(['world 0.00', 'wallet:alice 0.00']));
});
