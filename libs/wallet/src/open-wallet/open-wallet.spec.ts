import { describe, it } from 'vitest';
import { ALICE, opened, of, open, given } from '../given-when-then.js';

const BOB = 'bob';

describe('OpenWallet', () => {
  it('opens', () => given().when(open()).thenAccepted(opened));
  it('keeps home region and metadata', () => {
    const fields = { homeRegion: 'eu-west', metadata: { owner: 'u-1' } };
    given()
      .when(open(fields))
      .thenAccepted({ type: 'WalletOpened', ...fields });
  });
  it('once', () => given(opened).when(open()).thenRejected('wallet_already_open', { walletId: ALICE }));
  it('each id for itself', () =>
    given(opened)
      .when(open({ walletId: BOB }))
      .thenAccepted(of(BOB, opened)));
});
