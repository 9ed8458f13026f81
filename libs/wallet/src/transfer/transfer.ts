import { moved } from '../accounts.js';
import type { Money } from '@tidemark/money';
import { defineCommand, type CommandOf, type Context, type Wallets } from '../declaring/command.js';
import { accept, reject, type AddressedEvent } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional, type Values } from '../declaring/field.js';
import type { MovementDetails } from '../declaring/statement-line.js';
import { FundsDeposited } from '../deposit/deposit.js';
import { chargeFee, FEES_TOLD, PLANNED_FEE_REJECTIONS, planFee, withFeeWallet } from '../fees/charge-fee.js';
import { details, feeName, flag, id, list, money, named, party, walletId, type Party } from '../fields/fields.js';
import { outsideIn } from '../outside/outside.js';
import { notPositive, overspent } from '../violations.js';
import {
  amountNotPositive,
  MONEY_IN_REJECTIONS,
  MONEY_OUT_REJECTIONS,
  sameWallet,
  walletNotFound,
} from '../rejections.js';
import {
  factsOfReference,
  refuseReference,
  REFERENCE_REJECTIONS,
  takenReference,
  withUnique,
} from '../unique-reference/unique-reference.js';
import { post, type Wallet } from '../wallet.js';
import { FundsWithdrawn } from '../withdraw/withdraw.js';
import { transferBody, WORLD } from './transfer-body.js';

export const TransferSent = defineEvent('TransferSent', {
  fields: { transferId: id, to: walletId, amount: money, details, uniqueReference: flag },
  evolve: (wallet, { amount }) => post(wallet, amount.negated()),
  postings: ({ amount }, walletId) => moved('transfers', walletId, amount.negated()),
  statement: ({ transferId, to, amount, details }) => ({
    movementId: transferId,
    amount: amount.negated(),
    counterparty: to,
    details,
  }),
  violation: ({ amount }, after) => overspent('TransferSent', amount, after),
  uses: ({ amount }) => ({ amount, direction: 'out', kind: 'transfer' }),
  counterpart: ({ transferId, to }) => ({ walletId: to, id: transferId, half: 'sent' }),
  facts: (event) => takenReference('transfer', event.transferId, event),
});
export type TransferSent = EventOf<typeof TransferSent>;

export const TransferReceived = defineEvent('TransferReceived', {
  fields: { transferId: id, from: walletId, amount: money, details },
  evolve: (wallet, { amount }) => post(wallet, amount),
  postings: ({ amount }, walletId) => moved('transfers', walletId, amount),
  statement: ({ transferId, from, amount, details }) => ({
    movementId: transferId,
    amount,
    counterparty: from,
    details,
  }),
  violation: ({ amount }) => notPositive(amount),
  uses: ({ amount }) => ({ amount, direction: 'in', kind: 'transfer' }),
  counterpart: ({ transferId, from }) => ({ walletId: from, id: transferId, half: 'received' }),
  scope: ({ from }) => from,
});
export type TransferReceived = EventOf<typeof TransferReceived>;

const leg = { from: party, to: party, amount: money, details: optional(named(details)) };
const legs = list(leg);
export type TransferLeg = Values<typeof leg>;

/** All legs or none; each is decided on what the one before it left. */
export const transfer = defineCommand('Transfer', {
  http: {
    path: 'v1/transfers',
    tag: 'Transfers',
    operationId: 'transfer',
    summary: 'Transfer between wallets',
    description:
      'One leg, or up to 100 that are booked together or not at all. Among several legs may be deposits (`source`) and withdrawals ' +
      '(`destination`). The idempotency key belongs to the first wallet: the (first) source, as a rule. With `uniqueReference` the ' +
      '`reference` serves one transfer of that wallet.',
    done: 'The money has moved.',
  },
  body: transferBody(),
  fields: { legs, details, uniqueReference: flag, fee: optional(feeName) },
  derives: { transferId: { kind: 'transfer', prefix: 'tr' } },
  rejects: [
    ...REFERENCE_REJECTIONS,
    walletNotFound,
    sameWallet,
    amountNotPositive,
    ...PLANNED_FEE_REJECTIONS,
    ...MONEY_IN_REJECTIONS,
    ...MONEY_OUT_REJECTIONS,
  ],
  needs: ({ fee }) => (fee === undefined ? undefined : { fee }),
  tells: FEES_TOLD,
  scope: firstWalletOf,
  wallets: (command) => {
    const { legs } = command;
    const ids = legs.flatMap(walletsIn);
    return withFeeWallet(command, legs.length === 1 && ids[0] !== ids[1] ? ids : [...new Set(ids)]);
  },
  facts: (command) => factsOfReference('transfer', firstWalletOf(command), referenceOf(command)),
  decide(command, context) {
    const { transferId, legs, details } = command;
    const { walletOf, refuse, after } = context;
    const used = refuseReference('transfer', firstWalletOf(command), referenceOf(command), context);
    if (used) return used;
    const changed = new Map<string, Wallet>();
    const walletNow: Wallets = (id) => changed.get(id) ?? walletOf(id);
    const events: AddressedEvent[] = [];
    for (const leg of legs) {
      const faulty = refuseLeg(leg, walletNow);
      if (faulty) return faulty;
      const plan = planFee(command, leg.amount, 'out');
      if (plan.refused) return plan.refused;
      const amount = plan.moved;
      const refused = refuseEnds(leg, amount, walletNow, refuse);
      if (refused) return refused;
      const own = eventsOf({ ...leg, amount }, transferId, details);
      // One event says it: the first, which is of the wallet that the transfer was sent to.
      const [first, ...others] = own;
      const said =
        events.length === 0
          ? [{ ...first, event: { ...first.event, ...withUnique(referenceOf(command)) } }, ...others]
          : own;
      for (const { walletId, event } of said) {
        changed.set(walletId, after(walletNow(walletId), event));
        events.push({ walletId, event });
      }
      if (!plan.fee) continue;
      const payer = firstWalletOf(command);
      const charged = chargeFee(plan.fee, { payer, movementId: transferId, details }, walletNow, refuse);
      if (charged.kind === 'rejected') return charged;
      for (const { walletId, event } of charged.events) changed.set(walletId, after(walletNow(walletId), event));
      events.push(...charged.events);
    }
    return accept(...events);
  },
});
export type Transfer = CommandOf<typeof transfer>;

interface Legs {
  readonly legs: readonly [TransferLeg, ...TransferLeg[]];
  readonly details: MovementDetails;
  readonly uniqueReference?: true;
}

/** The wallet that a transfer is sent to. */
function firstWalletOf({ legs }: Pick<Legs, 'legs'>): string {
  return walletsIn(legs[0])[0]!;
}

/** The reference that may be unique: of the first leg, where it is between wallets. */
function referenceOf({ legs: [first], details, uniqueReference }: Legs) {
  const unique = uniqueReference && walletsIn(first).length > 1;
  return { details: { ...details, ...first.details }, ...(unique && { uniqueReference }) };
}

/** The wallets of a leg, the source first. */
function walletsIn({ from, to }: TransferLeg): readonly string[] {
  if (typeof from === 'string' && typeof to === 'string') return [from, to];
  return [from, to].filter((end) => typeof end === 'string');
}

function refuseLeg({ from, to, amount }: TransferLeg, walletNow: Wallets) {
  for (const walletId of walletsIn({ from, to, amount })) {
    if (walletNow(walletId).status === 'absent') return reject(walletNotFound, { walletId });
  }
  if (typeof from === 'string' && from === to) return reject(sameWallet, { walletId: from });
  return amount.isPositive() ? undefined : reject(amountNotPositive, { amount });
}

/** What the wallets of a leg refuse, the receiver first. */
function refuseEnds({ from, to }: TransferLeg, amount: Money, walletNow: Wallets, refuse: Context['refuse']) {
  const gate = (end: Party, direction: 'in' | 'out', kind: string) =>
    typeof end === 'string' ? refuse({ walletId: end, wallet: walletNow(end), direction, amount, kind }) : undefined;
  return (
    gate(to, 'in', typeof from === 'string' ? 'transfer' : 'deposit') ??
    gate(from, 'out', typeof to === 'string' ? 'transfer' : 'withdrawal')
  );
}

/** A leg from or to the outside is a deposit or a withdrawal with the id of the transfer. */
function eventsOf(
  { from, to, amount, details: own }: TransferLeg,
  transferId: string,
  ofAll: MovementDetails,
): readonly [AddressedEvent, ...AddressedEvent[]] {
  const details = own ? { ...ofAll, ...own } : ofAll;
  const booked = { movementId: transferId, amount, details };
  if (typeof from === 'string' && typeof to === 'string') {
    return [
      { walletId: from, event: TransferSent({ transferId, to, amount, details }) },
      { walletId: to, event: TransferReceived({ transferId, from, amount, details }) },
    ];
  }
  if (typeof to === 'string') {
    return [{ walletId: to, event: FundsDeposited({ ...booked, ...outsideIn('in', nameOf(from)) }) }];
  }
  if (typeof from === 'string') {
    return [{ walletId: from, event: FundsWithdrawn({ ...booked, ...outsideIn('out', nameOf(to)) }) }];
  }
  throw new Error('one end of a leg has to be a wallet');
}

function nameOf(end: Party): string | undefined {
  return typeof end === 'string' || end.outside === WORLD ? undefined : end.outside;
}
