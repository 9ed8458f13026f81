import { currency, Money } from '@tidemark/money';
import type { BookedLine, WalletCommand } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { draft, type KnownFact, type WalletHead } from './draft.js';

const amount = Money.of('1.00', currency('EUR', 2));
const original: BookedLine[] = [{ walletId: 'w', type: 'FundsDeposited', movementId: 'm', amount, details: {} }];
const ids = { walletId: 'w', movementId: 'm', reversalId: 'r' };
const command = { type: 'ReverseMovement', ...ids, original, details: {} } as WalletCommand;
const request = { command, idempotencyKey: 'k', requestHash: 'h', caller: 'c' };
const KEY = 'reversed:m  EUR';

const headWith = (facts: [string, KnownFact][]): WalletHead => ({
  ...{ walletId: 'w', region: 'local', hash: '', recordedAt: '', keysBeforeCallers: false, facts: new Map(facts) },
  wallet: {
    ...{ status: 'open', version: 2, homeRegion: 'local' },
    balances: { EUR: { posted: amount, overdraftLimit: Money.zero(amount.currency) } },
  },
});
const decided = (...facts: [string, KnownFact][]) => draft(request, () => headWith(facts), '2026-01-01T00:00:00.000Z');

describe('a decision that needs a fact', () => {
  it('is not made before the fact is read', () => {
    expect(() => decided()).toThrow(`wallet w: the fact ${KEY} was not read before the decision`);
  });

  it('leaves the fact behind as its event says it', () => {
    const { events, heads } = decided([KEY, { value: undefined, version: 0 }]);
    expect(events[0]!.facts).toEqual([{ key: KEY, value: '{"amount":"1.00"}' }]);
    expect(heads[0]!.facts!.get(KEY)).toEqual({ value: '{"amount":"1.00"}', version: 3 });
  });
});
