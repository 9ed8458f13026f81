import { moved } from '../accounts.js';
import { defineCommand, type CommandOf, type Wallets } from '../declaring/command.js';
import { accept, reject, type AddressedEvent } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { optional, type Values } from '../declaring/field.js';
import { chargeFee, FEES_TOLD, PLANNED_FEE_REJECTIONS, planFee, withFeeWallet } from '../fees/charge-fee.js';
import { details, feeName, flag, id, list, money, walletId } from '../fields/fields.js';
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
import { transferBody } from './transfer-body.js';

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

const leg = { from: walletId, to: walletId, amount: money };
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
      'One leg, or up to 100 that are booked together or not at all. The idempotency key belongs to the (first) source. With ' +
      '`uniqueReference` the `reference` serves one transfer of that source.',
    done: 'The money has moved.',
  },
  body: transferBody(leg),
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
  scope: ({ legs }) => legs[0].from,
  wallets: (command) => {
    const { legs } = command;
    const ids = legs.flatMap(({ from, to }) => [from, to]);
    return withFeeWallet(command, legs.length === 1 && ids[0] !== ids[1] ? ids : [...new Set(ids)]);
  },
  facts: (command) => factsOfReference('transfer', command.legs[0].from, command),
  decide(command, context) {
    const { transferId, legs, details } = command;
    const { walletOf, refuse, after } = context;
    const used = refuseReference('transfer', legs[0].from, command, context);
    if (used) return used;
    const changed = new Map<string, Wallet>();
    const walletNow: Wallets = (id) => changed.get(id) ?? walletOf(id);
    const events: AddressedEvent[] = [];
    for (const leg of legs) {
      const faulty = refuseLeg(leg, walletNow);
      if (faulty) return faulty;
      const plan = planFee(command, leg.amount, 'out');
      if (plan.refused) return plan.refused;
      const { from, to } = leg;
      const amount = plan.moved;
      const refused =
        refuse({ walletId: to, wallet: walletNow(to), direction: 'in', amount, kind: 'transfer' }) ??
        refuse({ walletId: from, wallet: walletNow(from), direction: 'out', amount, kind: 'transfer' });
      if (refused) return refused;
      // One event says it: the first, which is of the wallet that the transfer was sent to.
      const unique = events.length === 0 ? withUnique(command) : {};
      const sent = TransferSent({ transferId, to, amount, details, ...unique });
      changed.set(from, after(walletNow(from), sent));
      const received = TransferReceived({ transferId, from, amount, details });
      changed.set(to, after(walletNow(to), received));
      events.push({ walletId: from, event: sent }, { walletId: to, event: received });
      if (!plan.fee) continue;
      const charged = chargeFee(plan.fee, { payer: from, movementId: transferId, details }, walletNow, refuse);
      if (charged.kind === 'rejected') return charged;
      for (const { walletId, event } of charged.events) changed.set(walletId, after(walletNow(walletId), event));
      events.push(...charged.events);
    }
    return accept(...events);
  },
});
export type Transfer = CommandOf<typeof transfer>;

function refuseLeg({ from, to, amount }: TransferLeg, walletNow: Wallets) {
  const [source, destination] = [walletNow(from), walletNow(to)];
  if (source.status === 'absent') return reject(walletNotFound, { walletId: from });
  if (destination.status === 'absent') return reject(walletNotFound, { walletId: to });
  if (from === to) return reject(sameWallet, { walletId: from });
  return amount.isPositive() ? undefined : reject(amountNotPositive, { amount });
}
