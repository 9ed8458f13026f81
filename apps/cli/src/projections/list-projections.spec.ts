import { describe, expect, it } from 'vitest';
import { reactorLines } from './list-projections.js';

describe('`projections list`', () => {
  it('shows a reactor, how far it is, and what it fails at', () => {
    const behind = { events: 1_200, more: false, seconds: 3.25 };
    const parkedAt = '2026-01-02T03:04:05.678Z';
    const stuck = [{ region: 'local', walletId: 'alice', version: 3, reason: 'no answer', attempts: 4, parkedAt }];
    expect(reactorLines({ name: 'notify', kind: 'reactor', behind, stuck })).toEqual([
      'notify (reactor): 1,200 events behind (3.3 s)',
      '  fails at version 3 of alice (local) since 2026-01-02T03:04:05.678Z, 4 attempts: no answer',
    ]);
  });
});
