import { moved } from '../accounts.js';
import { defineCommand, type CommandOf, type Context, type Wallets } from '../declaring/command.js';
import { accept, reject, type AddressedEvent } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import type { Values } from '../declaring/field.js';
import { defineRejection } from '../declaring/rejection.js';
import { details, flag, id, list, money, walletId } from '../fields/fields.js';
import { notPositive, overspent } from '../violations.js';
import { amountNotPositive, MONEY_IN_REJECTIONS, MONEY_OUT_REJECTIONS, walletNotFound } from '../rejections.js';
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

export const sameWallet = defineRejection('same_wallet', {
  kind: 'refused',
  title: 'Both sides are the same wallet',
  meaning: 'A transfer, or one leg of it, has the same wallet as source and destination.',
  remedy: 'Send two different wallets under a new key.',
})<{ walletId: string }>();

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
  fields: { legs, details, uniqueReference: flag },
  derives: { transferId: { kind: 'transfer', prefix: 'tr' } },
  rejects: [
    ...REFERENCE_REJECTIONS,
    walletNotFound,
    sameWallet,
    amountNotPositive,
    ...MONEY_IN_REJECTIONS,
    ...MONEY_OUT_REJECTIONS,
  ],
  scope: ({ legs }) => legs[0].from,
  wallets: ({ legs }) => {
    const ids = legs.flatMap(({ from, to }) => [from, to]);
    return legs.length === 1 && ids[0] !== ids[1] ? ids : [...new Set(ids)];
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
      const refused = refuseLeg(leg, walletNow, refuse);
      if (refused) return refused;
      const { from, to, amount } = leg;
      // One event says it: the first, which is of the wallet that the transfer was sent to.
      const unique = events.length === 0 ? withUnique(command) : {};
      const sent = TransferSent({ transferId, to, amount, details, ...unique });
      changed.set(from, after(walletNow(from), sent));
      const received = TransferReceived({ transferId, from, amount, details });
      changed.set(to, after(walletNow(to), received));
      events.push({ walletId: from, event: sent }, { walletId: to, event: received });
    }
    return accept(...events);
  },
});
export type Transfer = CommandOf<typeof transfer>;

function refuseLeg({ from, to, amount }: TransferLeg, walletNow: Wallets, refuse: Context['refuse']) {
  const [source, destination] = [walletNow(from), walletNow(to)];
  if (source.status === 'absent') return reject(walletNotFound, { walletId: from });
  if (destination.status === 'absent') return reject(walletNotFound, { walletId: to });
  if (from === to) return reject(sameWallet, { walletId: from });
  if (!amount.isPositive()) return reject(amountNotPositive, { amount });
  return (
    refuse({ walletId: to, wallet: destination, direction: 'in', amount, kind: 'transfer' }) ??
    refuse({ walletId: from, wallet: source, direction: 'out', amount, kind: 'transfer' })
  );
}
