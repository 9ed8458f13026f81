import { describe, it } from 'vitest';
import { ALICE, given, opened, rehome, rehomed } from '../given-when-then.js';

describe('Rehome', () => {
  it('moves a wallet to another region', () => given(opened).when(rehome('eu-east')).thenAccepted(rehomed('eu-east')));
  it('and back', () => given(opened, rehomed('eu-east')).when(rehome('local')).thenAccepted(rehomed('local')));
  it('not to where it lives', () =>
    given(opened, rehomed('eu-east'))
      .when(rehome('eu-east'))
      .thenRejected('same_region', { walletId: ALICE, homeRegion: 'eu-east' }));
  it('wallet_not_found before version_mismatch', () =>
    given()
      .when(rehome('eu-east', { expectedVersion: 9 }))
      .thenRejected('wallet_not_found', { walletId: ALICE }));
  it('version_mismatch before same_region', () =>
    given(opened, rehomed('eu-east'))
      .when(rehome('eu-east', { expectedVersion: 9 }))
      .thenRejected('version_mismatch', { walletId: ALICE, expected: 9, actual: 2 }));
});
