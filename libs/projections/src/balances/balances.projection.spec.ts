import { describe, expect, it } from 'vitest';
import { deposited, opened, projected } from '../given-events.js';
import { balances } from './balances.projection.js';

describe('the balances projection', () => {
  it('keeps the wallet, and when it was opened and changed', () => {
    const { state } = projected(balances, opened, deposited('5.00'));
    expect(state).toMatchObject({ openedAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' });
    expect(state!.wallet.balances['EUR']!.posted.toString()).toBe('5.00');
    expect(state!.wallet.version).toBe(2);
  });

  it('reads back what it wrote, and does not believe another version of the fold', () => {
    const { state } = projected(balances, opened, deposited('5.00'));
    const values = balances.state!.encode(state!);
    expect(balances.state!.decode(values)).toEqual(state);
    expect(balances.state!.decode([0, ...values.slice(1)])).toBeUndefined();
  });
});
