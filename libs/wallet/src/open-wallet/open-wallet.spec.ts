import { describe, expect, it } from 'vitest';
import { ALICE, deposited, fold, opened, of, open, given } from '../given-when-then.js';
import { requestText } from '../request-text.js';
import { decodeWallet, encodeWallet } from '../state.codec.js';
import { walletClass, WalletOpened } from './open-wallet.js';

const BOB = 'bob';

describe('OpenWallet', () => {
  it('opens', () => given().when(open()).thenAccepted(opened));
  it('keeps home region and metadata', () => {
    const fields = { homeRegion: 'eu-west', metadata: { owner: 'u-1' } };
    given()
      .when(open(fields))
      .thenAccepted({ type: 'WalletOpened', ...fields });
  });
  it('keeps a class in its state, which is as before without one', () => {
    given()
      .when(open({ class: 'customer' }))
      .thenAccepted(WalletOpened({ homeRegion: 'local', metadata: {}, class: 'customer' }));
    const wallet = fold([WalletOpened({ homeRegion: 'local', metadata: {}, class: 'customer' }), deposited('1.00')]);
    expect(walletClass.of(wallet)).toBe('customer');
    expect(decodeWallet(encodeWallet(wallet))).toStrictEqual(wallet);
    expect(walletClass.of(fold([opened]))).toBeUndefined();
    expect(encodeWallet(fold([opened]))).toBe('{"version":1,"homeRegion":"local","balances":{}}');
  });
  it('hashes a request without a class as before there were classes', () => {
    expect(requestText(open())).not.toContain('class');
    expect(requestText(open({ class: 'a' }))).not.toBe(requestText(open({ class: 'b' })));
  });
  it('once', () => given(opened).when(open()).thenRejected('wallet_already_open', { walletId: ALICE }));
  it('each id for itself', () =>
    given(opened)
      .when(open({ walletId: BOB }))
      .thenAccepted(of(BOB, opened)));
});
