import type { Currency } from '@tidemark/money';
import { decideBatch } from './batch/batch.js';
import {
  commandDefinition,
  type AddressedEvent,
  type Decision,
  type SingleCommand,
  type WalletCommand,
  type WalletEvent,
} from './declared.js';
import type { DecisionContext } from './decision-context.js';
import type { Context } from './declaring/command.js';
import { reject } from './declaring/decision.js';
import type { Fact, FactAddress } from './declaring/fact.js';
import type { JsonObject } from './declaring/field.js';
import { evolve } from './evolve.js';
import { fundsOf, openParts, refuseMovement } from './funds.js';
import { closedDetails } from './life/life-part.js';
import { availableTooLow, versionMismatch, walletClosed, walletNotFound } from './rejections.js';
import type { Wallet } from './wallet.js';

/** @throws Error for an address that the command did not name: it was not read */
const NONE_NAMED = ({ key }: FactAddress): never => {
  throw new Error(`the command names no fact ${key}`);
};

/**
 * Decides a command on the wallets as they are. Pure: reads no clock, draws no number, changes nothing.
 * First come `wallet_not_found`, `version_mismatch`, `available_too_low` and `wallet_closed` of the wallet that the command is sent to,
 * then the command's own rejections in the order of its code. Callers may rely on that order.
 */
export function decide(command: WalletCommand, context: DecisionContext): Decision {
  return command.type === 'Batch' ? decideBatch(command, context, decideOne) : decideOne(command, context);
}

function decideOne(command: SingleCommand, { walletOf, now, storedAt = NONE_NAMED }: DecisionContext): Decision {
  const definition = commandDefinition(command.type);
  const walletId = definition.scope(command);
  const wallet = walletOf(walletId);
  if (!definition.opens) {
    if (wallet.status === 'absent') return reject(walletNotFound, { walletId }) as Decision;
    const { expectedVersion: expected, availableAtLeast: atLeast } = command;
    if (expected !== undefined && expected !== wallet.version) {
      return reject(versionMismatch, { walletId, expected, actual: wallet.version }) as Decision;
    }
    if (atLeast !== undefined) {
      const { available } = fundsOf(wallet, atLeast.currency, now);
      if (available.lessThan(atLeast)) {
        return reject(availableTooLow, { walletId, atLeast, available }) as Decision;
      }
    }
  }
  if (wallet.status === 'closed' && !definition.onClosed) {
    return reject(walletClosed, closedDetails(walletId, wallet)) as Decision;
  }
  const context = {
    wallet,
    walletOf,
    now,
    // The codes of one direction, as `refuseMovement` says.
    refuse: ((movement) => refuseMovement({ ...movement, now })) as Context['refuse'],
    after: (before: Wallet, event: { readonly type: string }) => evolve(before, event as WalletEvent, now),
    openParts: (of: Wallet) => openParts(of, now),
    factOf: <V>(fact: Fact<V>, id: string, key: string) => {
      const stored = storedAt(fact.at(id, key));
      return stored === undefined ? undefined : fact.decode(stored);
    },
    availableOf: (of: Wallet, currency: Currency) => fundsOf(of, currency, now).available,
  };
  return definition.decide(command as never, context) as Decision;
}

/** What the command's decision has to know besides its wallets. */
export function factsOf(command: WalletCommand): readonly FactAddress[] {
  if (command.type === 'Batch')
    return distinct(command.commands.flatMap(factsOf), ({ walletId, key }) => `${walletId}\n${key}`);
  return commandDefinition(command.type).facts?.(command) ?? NO_FACTS;
}

const NO_FACTS: readonly FactAddress[] = [];

/** The wallet that an idempotency key is scoped to: the wallet in the path, a transfer's first source, that of a batch's first command. */
export function scopeOf(command: WalletCommand): string {
  return command.type === 'Batch' ? scopeOf(command.commands[0]) : commandDefinition(command.type).scope(command);
}

/** Every wallet that the command may append to, each once, the scope first. */
export function walletsOf(command: WalletCommand): readonly string[] {
  if (command.type === 'Batch') return [...new Set(command.commands.flatMap(walletsOf))];
  return commandDefinition(command.type).wallets(command);
}

/** What the answer to the command says besides its ids and the wallets. @param events that it was accepted with */
export function toldBy(command: WalletCommand, events: readonly AddressedEvent[]): JsonObject | undefined {
  return command.type === 'Batch' ? undefined : commandDefinition(command.type).tells?.of(events);
}

/** The region that the command says its wallet lives in afterwards; undefined for a command that says nothing of it. */
export function homeAfter(command: WalletCommand): string | undefined {
  return command.type === 'Batch' ? undefined : commandDefinition(command.type).home?.(command);
}

/** The commands of it that open a wallet. */
export function openingsIn(command: WalletCommand): readonly SingleCommand[] {
  const commands = command.type === 'Batch' ? command.commands : [command];
  return commands.filter(({ type }) => commandDefinition(type).opens);
}

function distinct<T>(all: readonly T[], textOf: (one: T) => string): readonly T[] {
  return [...new Map(all.map((one) => [textOf(one), one])).values()];
}
