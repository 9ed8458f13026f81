import { describe, expect, it } from 'vitest';
import { trialBalance } from '@tidemark/projections';
import { WALLETS_MAX } from './difference.js';
import { requireSwappable, type Verification } from './verify.js';

const clean: Verification = {
  ...{
    generation: '2',
    against: '1',
    againstIn: {},
    events: 9,
    wallets: 3,
    at: '2026-01-01T00:00:00.000Z',
    seconds: 1,
  },
  ...{ breaks: 0, parked: 0, unexplained: 0, explained: 0 },
  ...{ unexplainedWallets: [], unexplainedSums: 0, differences: [] },
};
const swap = (found: Partial<Verification>, accepted: readonly string[] = []) =>
  requireSwappable(trialBalance, { ...clean, ...found }, accepted);

describe('requireSwappable', () => {
  it('lets a build through that is what the log says, and replaces one that is', () => {
    expect(swap({})).toEqual([]);
    expect(swap({ explained: 4 })).toEqual([]);
  });

  it('refuses a build that differs from the log, whatever is accepted', () => {
    for (const accepted of [[], ['w'], ['sums'], ['all']]) {
      expect(() => swap({ breaks: 1 }, accepted)).toThrow('differs from the log in 1 places');
    }
  });

  it('wants every wallet accepted that differs or is parked, and the sums', () => {
    const found = { unexplained: 2, parked: 1, unexplainedWallets: ['v', 'w'], unexplainedSums: 1 };
    for (const accepted of [[], ['v'], ['v', 'w'], ['sums'], ['w', 'sums']]) {
      expect(() => swap(found, accepted)).toThrow('are not explained');
    }
    expect(swap(found, ['v', 'w', 'sums'])).toEqual(['v', 'w', 'sums']);
    expect(swap(found, ['all'])).toEqual(['v', 'w', 'sums']);
  });

  it('takes nothing but `all` where not every wallet is named', () => {
    const wallets = Array.from({ length: WALLETS_MAX }, (_, i) => `w-${i}`);
    const found = { unexplained: WALLETS_MAX + 1, unexplainedWallets: wallets };
    expect(() => swap(found, wallets)).toThrow('only `all` accepts');
    expect(swap(found, ['all'])).toEqual(wallets);
  });
});
