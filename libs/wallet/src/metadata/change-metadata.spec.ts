import { describe, it } from 'vitest';
import { METADATA_PAIRS_MAX } from '../fields/input-rules.js';
import { ALICE, given, NOW, opened } from '../given-when-then.js';
import type { WalletEvent } from '../declared.js';
import { WalletClosed } from '../life/close.js';
import { changeMetadata, MetadataChanged } from './change-metadata.js';

const openedWith = (metadata: Record<string, string>): WalletEvent => ({ ...opened, metadata }) as WalletEvent;
const change = (metadata: Record<string, string | null>) => changeMetadata({ walletId: ALICE, metadata });
const many = (pairs: number) => Object.fromEntries(Array.from({ length: pairs }, (_, n) => [`k${n}`, 'v']));

describe('ChangeMetadata', () => {
  it('merges into what the wallet was opened with', () =>
    given(openedWith({ tier: 'silver', city: 'Brno' }))
      .when(change({ tier: 'gold', note: 'new' }))
      .thenAccepted(MetadataChanged({ metadata: { tier: 'gold', city: 'Brno', note: 'new' } })));
  it('goes on from the last change', () =>
    given(openedWith({ tier: 'silver' }), MetadataChanged({ metadata: { tier: 'gold' } }))
      .when(change({ city: 'Brno' }))
      .thenAccepted(MetadataChanged({ metadata: { tier: 'gold', city: 'Brno' } })));
  it('removes a key with null, and none that is not there', () =>
    given(openedWith({ tier: 'silver', city: 'Brno' }))
      .when(change({ city: null, note: null }))
      .thenAccepted(MetadataChanged({ metadata: { tier: 'silver' } })));
  it('up to a bound, removals counted', () => {
    const full = openedWith(many(METADATA_PAIRS_MAX));
    given(full)
      .when(change({ more: 'v' }))
      .thenRejected('too_much_metadata', {
        ...{ walletId: ALICE, pairs: METADATA_PAIRS_MAX + 1, pairsMax: METADATA_PAIRS_MAX },
      });
    const { k0: _, ...rest } = many(METADATA_PAIRS_MAX);
    given(full)
      .when(change({ more: 'v', k0: null }))
      .thenAccepted(MetadataChanged({ metadata: { ...rest, more: 'v' } }));
  });
  it('of an open wallet only', () => {
    given()
      .at(NOW)
      .when(change({ a: 'b' }))
      .thenRejected('wallet_not_found', { walletId: ALICE });
    given(opened, WalletClosed({}))
      .when(change({ a: 'b' }))
      .thenRejected('wallet_closed', { walletId: ALICE });
  });
});
