import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands, CURRENCIES, hoursAfter, unitsOf } from './arbitraries.js';

import { decodeEvent, encodeEvent } from './event.codec.js';

import { decodeWallet, encodeWallet } from './state.codec.js';
import { walletOfAccount, type Posting } from './accounts.js';
import { evolve, postingsOf, statementLineOf } from './evolve.js';
import { initialState, type Wallet } from './wallet.js';

import {
  commandDefinitions,
  findEvent,
  rejectionDefinitions,
  type AddressedEvent,
  type Decision,
  type RejectionCode,
  type WalletCommand,
  type WalletEvent,
} from './declared.js';
import { History, NOW } from './given-when-then.js';

const RUNS = { numRuns: 200 };

// A change of a frozen object throws, in `decide` as in any module.
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** All wallets and their logs. */
class Ledger {
  readonly history = new History();
  readonly wallets = new Map<string, Wallet>();
  readonly logs = new Map<string, WalletEvent[]>();
  readonly find = (id: string): Wallet => this.wallets.get(id) ?? initialState;

  /** The recorded times of the events in `logs`. */
  readonly times = new Map<string, string[]>();
  /** The time of the last decision. */
  now = NOW;

  append({ walletId, event }: AddressedEvent): void {
    this.wallets.set(walletId, deepFreeze(evolve(this.find(walletId), event, this.now)));
    this.history.add([{ walletId, event }], this.now);
    this.logs.set(walletId, [...(this.logs.get(walletId) ?? []), event]);
    this.times.set(walletId, [...(this.times.get(walletId) ?? []), this.now]);
  }

  /** The wallet after some of its events, onto a state that has seen those before them. */
  fold(walletId: string, events: readonly WalletEvent[], from: Wallet = initialState): Wallet {
    const times = this.times.get(walletId)!;
    return events.reduce((wallet, event) => evolve(wallet, event, times[wallet.version]!), from);
  }

  /** Minor units of each of CURRENCIES, in all wallets together. */
  totals(): bigint[] {
    const wallets = [...this.wallets.values()];
    return CURRENCIES.map(({ code }) => wallets.reduce((sum, wallet) => sum + posted(wallet, code), 0n));
  }
}

const posted = ({ balances }: Wallet, code: string): bigint => (balances[code] ? unitsOf(balances[code].posted) : 0n);

/** On an account of the outside, such as `world`. */
const isOutside = ({ account }: Posting): boolean => account !== 'transfers' && walletOfAccount(account) === undefined;

/** Whether another wallet has the other half of the event. */
const isShared = (event: WalletEvent): boolean => findEvent(event.type)?.counterpart?.(event) !== undefined;

/** Minor units that an event brings from the outside. */
const fromOutside = ({ walletId, event }: AddressedEvent, code: string): bigint =>
  postingsOf(walletId, event)
    .filter((posting) => isOutside(posting) && posting.amount.currency.code === code)
    .reduce((sum, { amount }) => sum - unitsOf(amount), 0n);

type Outcome =
  WalletCommand['type'] | 'Transfer of several legs' | `${WalletCommand['type']} with a fee` | RejectionCode;

const outcomeOf = (command: WalletCommand, decision: Decision): Outcome => {
  if (decision.kind === 'rejected') return decision.rejection.code;
  if (decision.events.some(({ event }) => event.type === 'FeeCharged')) return `${command.type} with a fee`;
  return command.type === 'Transfer' && command.legs.length > 1 ? 'Transfer of several legs' : command.type;
};

/** What came out, over all runs. */
const outcomes = new Set<Outcome>();

/** Decides the commands one by one on what those before them left, every input frozen, and appends what they accept. */
class Run {
  readonly ledger = new Ledger();
  private hours = 0;

  /** @returns the events of an accepted command, none of a rejected one */
  decide(command: WalletCommand): readonly AddressedEvent[] {
    const now = (this.ledger.now = hoursAfter(this.hours++));
    const { history } = this.ledger;
    const decision = history.decide(deepFreeze(command), now);
    expect(history.decide(command, now)).toStrictEqual(decision);
    outcomes.add(outcomeOf(command, decision));
    return decision.kind === 'accepted' ? deepFreeze(decision.events) : [];
  }

  all(sequence: readonly WalletCommand[]): Ledger {
    for (const command of sequence) this.decide(command).forEach((event) => this.ledger.append(event));
    return this.ledger;
  }
}

/** A rejection at a bound, such as `too_many_holds`: these sequences are too short for it. */
const BOUND = /^too_(?:many|much)_/;

const REACH_IT =
  'Random commands never get these. For a command, or a rejection that it can reach: give the command a weight in MIX of ' +
  'arbitraries.ts. For a rejection at a bound: begin its code with too_many_ or too_much_, and test it in the spec of its folder';

describe('any sequence of commands', () => {
  // Without this, all of it could hold because nothing ever happens. The seeds are fixed. There are several, because some outcomes
  // come once in 500 sequences, and every command that somebody adds makes the others rarer.
  it('reaches every command and every rejection', () => {
    const all = [...commandDefinitions().map(({ type }) => type), ...rejectionDefinitions().map(({ code }) => code)];
    const more = [
      'Transfer of several legs',
      ...['Deposit', 'Withdraw', 'Transfer'].map((type) => `${type} with a fee`),
    ];
    const wanted = [...all, ...more].filter((outcome) => !BOUND.test(outcome));
    const missing = () => wanted.filter((outcome) => !outcomes.has(outcome as Outcome));
    outcomes.clear();
    for (let seed = 1; seed <= 10 && missing().length > 0; seed++) {
      fc.assert(
        fc.property(commands, (sequence) => void new Run().all(sequence)),
        { numRuns: 500, seed },
      );
    }
    expect(missing(), REACH_IT).toEqual([]);
  });

  it('is decided without an exception, without a change of what goes in, and twice alike', () => {
    fc.assert(
      fc.property(commands, (sequence) => void new Run().all(sequence)),
      RUNS,
    );
  });

  it('conserves money: wallets together gain what outside accounts give, and an event of two wallets brings nothing', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const run = new Run();
        for (const command of sequence) {
          const before = run.ledger.totals();
          const events = run.decide(command);
          events.forEach((event) => run.ledger.append(event));
          for (const { walletId, event } of events.filter((each) => isShared(each.event))) {
            expect(postingsOf(walletId, event).filter(isOutside), event.type).toEqual([]);
          }
          const expected = CURRENCIES.map(({ code }, n) =>
            events.reduce((sum, event) => sum + fromOutside(event, code), before[n]!),
          );
          expect(run.ledger.totals()).toEqual(expected);
        }
      }),
      RUNS,
    );
  });

  it('takes a reference that was declared unique once, for a wallet and a kind of movement', () => {
    let seen = 0;
    fc.assert(
      fc.property(commands, (sequence) => {
        const taken = new Set<string>();
        for (const [walletId, events] of new Run().all(sequence).logs) {
          for (const event of events) {
            if (!('uniqueReference' in event) || event.uniqueReference !== true) continue;
            const kind = event.type === 'TransferSent' ? 'transfer' : /Deposit/.test(event.type) ? 'in' : 'out';
            const key = JSON.stringify([walletId, kind, event.details.reference]);
            expect(taken.has(key), key).toBe(false);
            taken.add(key);
            seen++;
          }
        }
      }),
      RUNS,
    );
    expect(seen).toBeGreaterThan(20);
  });

  it('takes all legs of a transfer or none', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const run = new Run();
        for (const command of sequence) {
          const events = run.decide(command);
          events.forEach((event) => run.ledger.append(event));
          if (command.type !== 'Transfer' || events.length === 0) continue;
          const wanted = command.legs.flatMap(({ from, to }) => {
            if (typeof from !== 'string') return [`${to as string} FundsDeposited`];
            if (typeof to !== 'string') return [`${from} FundsWithdrawn`];
            return [`${from} TransferSent`, `${to} TransferReceived`];
          });
          const told = events.filter(({ event }) => !event.type.startsWith('Fee'));
          expect(told.map(({ walletId, event }) => `${walletId} ${event.type}`)).toEqual(wanted);
        }
      }),
      RUNS,
    );
  });

  it('reverses no movement beyond its amount, both wallets of a transfer alike, and to the same account', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const { logs } = new Run().all(sequence);
        // Of each part of a movement, as each of its wallets saw it.
        const booked = new Map<string, bigint>();
        const lines = new Map<string, bigint>();
        const reversed = new Map<string, bigint>();
        const accounts = new Map<string, Set<string>>();
        const add = (to: Map<string, bigint>, key: string, units: bigint) => to.set(key, (to.get(key) ?? 0n) + units);
        for (const [walletId, events] of logs) {
          for (const event of events) {
            const line = statementLineOf(event);
            if (!line) continue;
            const part = [walletId, line.counterparty ?? '', line.amount.currency.code].join(' ');
            if (event.type !== 'MovementReversed' && event.type !== 'CounterpartReversed') {
              add(booked, `${line.movementId} ${part}`, unitsOf(line.amount));
              add(lines, `${line.movementId} ${part}`, 1n);
            } else add(reversed, `${event.movementId} ${part}`, unitsOf(line.amount));
            const key = `${'reversed' in event ? event.movementId : line.movementId} ${part}`;
            accounts.set(key, (accounts.get(key) ?? new Set()).add(line.account ?? ''));
          }
        }
        for (const [key, units] of reversed) {
          // Only here several movements have one id. Then there is no such promise.
          if (lines.get(key) !== 1n) continue;
          expect(accounts.get(key)?.size, key).toBe(1);
          const [whole, back] = [booked.get(key)!, -units];
          expect(
            whole < 0n ? back <= 0n && back >= whole : back >= 0n && back <= whole,
            `${key}: ${back} of ${whole}`,
          ).toBe(true);
          const [movementId, one, other, code] = key.split(' ');
          if (other !== '') expect(reversed.get([movementId, other, one, code].join(' '))).toBe(-units);
        }
      }),
      RUNS,
    );
  });

  it('takes no balance below its limit, but for imported history', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        // Where a balance may be below: history took it there, or its limit changed after the debt was made.
        const excused = new Set<string>();
        const run = new Run();
        const check = ({ walletId, event }: AddressedEvent) => {
          const before = run.ledger.find(walletId);
          run.ledger.append({ walletId, event });
          const touched = 'limit' in event ? event.limit : statementLineOf(event)?.amount;
          if (!touched) return;
          const { code } = touched.currency;
          const after = run.ledger.find(walletId);
          const isBelow = posted(after, code) < -unitsOf(after.balances[code]!.overdraftLimit);
          const isHistory = event.type === 'FundsWithdrawn' && event.overdraft === 'unlimited';
          // What was set aside may be taken, even after the limit has been lowered.
          const isSetAside = event.type === 'HoldCaptured' || event.type === 'MovementSettled';
          // A merge takes a debt over, with whatever limit the debt had.
          const isDebt = event.type === 'BalanceTakenOver' && event.amount.isNegative();
          if (isHistory || isSetAside || isDebt || event.type === 'OverdraftLimitChanged')
            excused.add(`${walletId} ${code}`);
          else if (posted(after, code) < posted(before, code)) expect(isBelow).toBe(false);
          if (isBelow) expect(excused).toContain(`${walletId} ${code}`);
        };
        for (const command of sequence) run.decide(command).forEach(check);
      }),
      RUNS,
    );
  });

  it('leaves states that are the fold of their events, as written and as the log gives them back', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const ledger = new Run().all(sequence);
        for (const [id, events] of ledger.logs) {
          const wallet = ledger.find(id);
          expect(wallet.version).toBe(events.length);
          expect(ledger.fold(id, events)).toStrictEqual(wallet);
          const decoded = events.map((event) => decodeEvent(encodeEvent(event)));
          expect(decoded).toStrictEqual(events);
          expect(ledger.fold(id, decoded)).toStrictEqual(wallet);
        }
      }),
      RUNS,
    );
  });

  it('gives the same states from a snapshot at any version', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (sequence, point) => {
        const ledger = new Run().all(sequence);
        for (const [id, events] of ledger.logs) {
          const at = 1 + (point % events.length);
          const snapshot = decodeWallet(encodeWallet(ledger.fold(id, events.slice(0, at))));
          expect(ledger.fold(id, events.slice(at), snapshot)).toStrictEqual(ledger.find(id));
        }
      }),
      RUNS,
    );
  });
});
