import { describe, expect, it } from 'vitest';
import { Findings, FINDINGS_MAX } from './finding.js';

const finding = (walletId: string, version: number, message = '') => ({
  ...{ invariant: 'hash_chain', walletId, version, message },
});

describe('findings', () => {
  it('are kept once for an invariant, a wallet and a version, the first of them', () => {
    const findings = new Findings();
    for (const message of ['first', 'second']) findings.report(finding('b', 2, message));
    findings.report(finding('b', 1));
    findings.report(finding('a', 3));
    expect(findings.sorted().map(({ walletId, version, message }) => [walletId, version, message])).toEqual([
      ['a', 3, ''],
      ['b', 1, ''],
      ['b', 2, 'first'],
    ]);
  });

  it("of projections are each a place of its own: sums are no wallet's, and several tables hold one", () => {
    const findings = new Findings();
    for (const message of ['sum of shard 1', 'sum of shard 2', 'sum of shard 2']) {
      findings.report({ invariant: 'projection_is_fold', walletId: '', version: 0, message });
    }
    expect(findings.sorted().map(({ message }) => message)).toEqual(['sum of shard 1', 'sum of shard 2']);
  });

  it('are counted beyond what anybody reads', () => {
    const findings = new Findings();
    for (let version = 1; version <= FINDINGS_MAX + 5; version++) findings.report(finding('w', version));
    expect([findings.sorted().length, findings.more, findings.full]).toEqual([FINDINGS_MAX, 5, true]);
  });
});
