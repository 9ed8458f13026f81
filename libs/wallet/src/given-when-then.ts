import { currency, Money } from '@tidemark/money';
import { expect } from 'vitest';
import type { Batch, SingleCommand, WalletCommand, WalletEvent } from './declared.js';
import type { MovementDetails } from './declaring/statement-line.js';
import type { Deposit } from './deposit/deposit.js';
import type { OpenWallet } from './open-wallet/open-wallet.js';
import type { ChangeOverdraftLimit } from './overdraft-limit/overdraft-limit.js';
import type { Transfer, TransferLeg } from './transfer/transfer.js';
import type { Withdraw } from './withdraw/withdraw.js';
import type { RejectionCode, RejectionDetails } from './declared.js';
import { evolve, factChangesOf, statementLineOf } from './evolve.js';
import { commandDefinition, partNamed } from './declared.js';
import { OF_EVERY_COMMAND } from './rejections.js';
import type { BookedLine } from './declaring/command.js';
import { initialState, type Wallet } from './wallet.js';
import type { AddressedEvent, Decision } from './declared.js';
import { decide, factsOf } from './decide.js';
import type { FactAddress } from './declaring/fact.js';
import { feeScheduleOf, type FeeSchedule, type StoredFeeSchedule } from './fees/fee-schedule.js';
import { encodeEvent } from './event.codec.js';

/** The wallet that a line is about when it names no other. */
export const ALICE = 'alice';

export const EUR = currency('EUR', 2);

/** The recorded time of every decision. */
export const NOW = '2026-01-02T03:04:05.678Z';

/** An amount in euros, such as `'10.00'`. */
export const eur = (amount: string): Money => Money.of(amount, EUR);

/** The n-th of as many own assets as a test wants: `A000`, `A001`, … */
export const asset = (n: number): Money => Money.of('1', currency(`A${String(n).padStart(3, '0')}`, 0));

const DETAILS: MovementDetails = {};

// An amount without a currency is in euros.
const moneyOf = (amount: string | Money): Money => (typeof amount === 'string' ? eur(amount) : amount);

// Events, of ALICE unless `of` says otherwise.

export const opened: WalletEvent = { type: 'WalletOpened', homeRegion: 'local', metadata: {} };

export const rehomed = (homeRegion: string): WalletEvent => ({ type: 'WalletRehomed', homeRegion });

export const rehome = (homeRegion: string, condition: { expectedVersion?: number } = {}): WalletCommand => ({
  type: 'Rehome',
  walletId: ALICE,
  homeRegion,
  ...condition,
});

export const limitChanged = (limit: string | Money): WalletEvent => ({
  type: 'OverdraftLimitChanged',
  limit: moneyOf(limit),
});

export const deposited = (amount: string | Money): WalletEvent => ({
  type: 'FundsDeposited',
  movementId: 'd1',
  amount: moneyOf(amount),
  details: DETAILS,
});

export const withdrawn = (amount: string | Money, overdraft?: 'unlimited'): WalletEvent => ({
  type: 'FundsWithdrawn',
  movementId: 'w1',
  amount: moneyOf(amount),
  ...(overdraft && { overdraft }),
  details: DETAILS,
});

export const sent = (to: string, amount: string | Money): WalletEvent => ({
  type: 'TransferSent',
  transferId: 't1',
  to,
  amount: moneyOf(amount),
  details: DETAILS,
});

export const received = (from: string, amount: string | Money): WalletEvent => ({
  type: 'TransferReceived',
  transferId: 't1',
  from,
  amount: moneyOf(amount),
  details: DETAILS,
});

/** The events of another wallet than ALICE. */
export const of = (walletId: string, ...events: readonly WalletEvent[]): readonly AddressedEvent[] =>
  events.map((event) => ({ walletId, event }));

// Commands, to ALICE unless a field says otherwise.

export const open = (fields: Partial<OpenWallet> = {}): OpenWallet => ({
  type: 'OpenWallet',
  walletId: ALICE,
  homeRegion: 'local',
  metadata: {},
  ...fields,
});

export const changeLimit = (
  limit: string | Money,
  fields: Partial<ChangeOverdraftLimit> = {},
): ChangeOverdraftLimit => ({ type: 'ChangeOverdraftLimit', walletId: ALICE, limit: moneyOf(limit), ...fields });

export const deposit = (amount: string | Money, fields: Partial<Deposit> = {}): Deposit => ({
  type: 'Deposit',
  walletId: ALICE,
  movementId: 'd1',
  amount: moneyOf(amount),
  details: DETAILS,
  ...fields,
});

export const withdraw = (amount: string | Money, fields: Partial<Withdraw> = {}): Withdraw => ({
  type: 'Withdraw',
  walletId: ALICE,
  movementId: 'w1',
  amount: moneyOf(amount),
  details: DETAILS,
  ...fields,
});

export const leg = (from: TransferLeg['from'], to: TransferLeg['to'], amount: string | Money): TransferLeg => ({
  from,
  to,
  amount: moneyOf(amount),
});

export const transfer = (legs: Transfer['legs'], fields: Partial<Omit<Transfer, 'type' | 'legs'>> = {}): Transfer => ({
  type: 'Transfer',
  transferId: 't1',
  legs,
  details: DETAILS,
  ...fields,
});

/** The wallet after some events that were recorded at one time. */
export const fold = (events: readonly WalletEvent[], from: Wallet = initialState, at: string = NOW): Wallet =>
  events.reduce((wallet, event) => evolve(wallet, event, at), from);

type Step = WalletEvent | readonly AddressedEvent[];

const addressed = (steps: readonly Step[]): readonly AddressedEvent[] =>
  steps.flatMap((step) => ('type' in step ? of(ALICE, step) : step));

/** The fee schedules that are defined, by name. The fee wallet of each is `c`. */
export const FEES: ReadonlyMap<string, FeeSchedule> = new Map(
  Object.entries<Omit<StoredFeeSchedule, 'feeWallet' | 'currency'> & { readonly currency?: string }>({
    cent: { mode: 'on_top', fixed: '0.01' },
    yen: { mode: 'on_top', fixed: '1', currency: 'JPY' },
    wei: { mode: 'inside', fixed: '0.000000000000000001', currency: 'ETH' },
    flat: { mode: 'on_top', fixed: '0.25' },
    tenth: { mode: 'on_top', percent: '10', fixed: '0.01' },
    'tenth-inside': { mode: 'inside', percent: '10', minimum: '0.02', maximum: '5.00' },
    tiered: {
      mode: 'on_top',
      tiers: [
        { from: '1.00', fixed: '0.10' },
        { from: '10.00', percent: '0.5' },
      ],
    },
  }).map(([name, stored]) => [name, feeScheduleOf(name, 3, { feeWallet: 'c', currency: 'EUR', ...stored })]),
);

/** All that a log would have to tell after some events: the wallets, what events said under keys, and what was booked. */
export class History {
  private readonly wallets = new Map<string, Wallet>();
  private readonly facts = new Map<string, string>();
  private readonly openings = new Map<string, string>();
  private readonly lines: BookedLine[] = [];

  readonly walletOf = (walletId: string): Wallet => this.wallets.get(walletId) ?? initialState;

  get all(): IterableIterator<Wallet> {
    return this.wallets.values();
  }

  /** @param at when they were recorded */
  add(events: readonly AddressedEvent[], at: string = NOW): this {
    for (const { walletId, event } of events) {
      this.wallets.set(walletId, evolve(this.walletOf(walletId), event, at));
      for (const { key, value } of factChangesOf(event) ?? []) this.facts.set(`${walletId} ${key}`, value);
      if (event.type === 'WalletOpened') this.openings.set(walletId, encodeEvent(event).data);
      const line = statementLineOf(event);
      if (line) this.lines.push({ ...line, walletId, type: event.type });
    }
    return this;
  }

  /** Decides as the log would, with the movement that the command is about and the facts that it names. */
  decide(command: WalletCommand, now: string): Decision {
    const withFound = (one: SingleCommand) => this.withFound(one);
    const found =
      command.type === 'Batch'
        ? { ...command, commands: command.commands.map(withFound) as unknown as Batch['commands'] }
        : withFound(command);
    const named = new Set(factsOf(found).map(({ walletId, key }) => `${walletId} ${key}`));
    const storedAt = ({ walletId, key, orOpening }: FactAddress) => {
      if (!named.has(`${walletId} ${key}`)) throw new Error(`the command names no fact ${key} of ${walletId}`);
      return this.facts.get(`${walletId} ${key}`) ?? (orOpening ? this.openings.get(walletId) : undefined);
    };
    return decide(found, { walletOf: this.walletOf, now, storedAt });
  }

  private withFound(command: SingleCommand): SingleCommand {
    const { about: search, needs } = commandDefinition(command.type);
    const about = search?.(command);
    const schedule = FEES.get(needs?.(command)?.fee ?? '');
    const original = this.lines.filter(
      ({ movementId, walletId }) => movementId === about?.movementId && walletId === (about.walletId ?? walletId),
    );
    return { ...command, ...(about && { original }), ...(schedule && { schedule }) } as SingleCommand;
  }
}

/** Whether a command, or one of a batch, declares a rejection: in `rejects`, or because any command may get it. */
export function isDeclared(command: WalletCommand, code: RejectionCode): boolean {
  const commands = 'commands' in command ? command.commands : [command];
  const declared = [...OF_EVERY_COMMAND, ...commands.flatMap(({ type }) => commandDefinition(type).rejects)];
  return declared.some((rejection) => rejection.code === code);
}

/** The parts of some wallets that are longer than they declare, as `holds has 150,001 characters`. */
export function partsTooLong(wallets: Iterable<Wallet>): string[] {
  return [...wallets].flatMap(({ parts = {} }) =>
    Object.entries(parts).flatMap(([name, state]) => {
      const { encode, charactersMax } = partNamed(name);
      const { length } = JSON.stringify(encode(state));
      return length > charactersMax
        ? [`the part ${name} has ${length} characters, charactersMax is ${charactersMax}`]
        : [];
    }),
  );
}

/** One rule as one line: `given(opened, deposited('10.00')).when(withdraw('10.01')).thenRejected(…)`. */
export function given(...history: readonly Step[]) {
  return on(history, NOW);
}

function on(history: readonly Step[], now: string) {
  return {
    /** Decided at another time than NOW. */
    at: (time: string) => on(history, time),
    when(command: WalletCommand) {
      const wallets = new History().add(addressed(history));
      const decision = wallets.decide(command, now);
      if (decision.kind === 'accepted') wallets.add(decision.events, now);
      else if (!isDeclared(command, decision.rejection.code)) {
        throw new Error(`${command.type} was rejected with ${decision.rejection.code}, which is not in its rejects`);
      }
      expect(partsTooLong(wallets.all)).toEqual([]);
      return {
        /** Exactly these events, in this order. */
        thenAccepted(...events: readonly Step[]): void {
          expect(decision).toStrictEqual({ kind: 'accepted', events: addressed(events) } satisfies Decision);
        },
        /** This reason with exactly these details. */
        thenRejected<C extends RejectionCode>(code: C, details: RejectionDetails[C]): void {
          expect(decision).toStrictEqual({ kind: 'rejected', rejection: { code, details } });
        },
      };
    },
  };
}
